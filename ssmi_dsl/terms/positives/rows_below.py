"""The partner is the place some rows below, in the same column."""

from dataclasses import replace
from typing import ClassVar

from pydantic import Field

from ssmi_dsl.builders.protocol import Builder
from ssmi_dsl.terms.base import Inputs, Positive, V
from ssmi_dsl.terms.reading import Origin, Reading, Step


class RowsBelow(Positive):
    """b_{r+k, c}: the place k rows below anchor (r, c), in the same column; anchors of the last k rows have none and are left out."""

    name: ClassVar[str] = "rows-below"
    formula: ClassVar[str] = "b_{r+k, c}"
    source: ClassVar[str] = "van den Oord et al. 2018 (CPC), section 3.2"
    reading: ClassVar[Reading | None] = Reading(
        stands_for="the pair of J: the context of the rows down to r, and what lies k rows below",
        steps=(
            Step(
                "I(c_r; z_{r+k}) ≤ I(x_{≤ r}; x_{r+k}): both ends are functions of their own patches, so that only what distant "
                "patches share counts; where patches overlap they share pixels",
                r"I(c_r; z_{r+k}) \le I(x_{\le r}; x_{r+k})",
                Origin.CITED,
            ),
        ),
        section="Bounds and divergences",
    )
    of_tokens: ClassVar[bool] = True
    needs_grid: ClassVar[bool] = True
    other_place: ClassVar[bool] = True

    steps: int = Field(default=1, ge=1, le=64, description="k, rows from the anchor down to its partner")

    def misfit(self, grid: tuple[int, int]) -> str | None:
        return (
            f"a map of {grid[0]} rows has no place {self.steps} rows below another" if self.steps >= grid[0] else None
        )

    def meet(self, b: Builder[V], at: Inputs[V]) -> Inputs[V]:
        assert at.grid is not None, "the positive says that it needs the grid"
        rows, columns = at.grid
        kept = (rows - self.steps) * columns
        x = b.slice_rows(at.x, group=at.rows, start=0, stop=kept)
        y = b.slice_rows(at.y, group=at.rows, start=at.rows - kept, stop=at.rows)
        return replace(at, x=x, y=y, rows=kept, target_rows=kept)
