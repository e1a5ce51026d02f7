"""Negatives from all views of the batch."""

from typing import ClassVar, Literal

from pydantic import Field

from ssmi_dsl.builders.protocol import Builder, Mask
from ssmi_dsl.terms.base import Critic, Facts, Inputs, Marginal, Scores, V
from ssmi_dsl.terms.reading import Origin, Reading, Step


class AllViews(Marginal):
    """All V N views are scored against each other: every view is an anchor, its sample's other views are its positives.

    With more than two views a positive keeps the others among its candidates, and the loss is the mean over all pairs of views.
    """

    name: ClassVar[str] = "all-views"
    kind: ClassVar[Literal["estimated", "surrogate", "none"]] = "estimated"
    uses_all_views: ClassVar[bool] = True
    formula: ClassVar[str] = "u = [z₁; …; z_V];  candidates of u_i are u_j, j ≠ i"
    source: ClassVar[str] = "Chen et al. 2020 (SimCLR), eq. 1"
    facts: ClassVar[Facts] = Facts(exchange_symmetric=True, prevents_collapse=True, statistics="global")
    reading: ClassVar[Reading | None] = Reading(
        stands_for="M itself, estimated: every other view of the batch is a candidate",
        steps=(
            Step(
                "u = [a; b]: anchor u_i, positive its other view, candidates all u_j with j ≠ i; negatives come from both marginals",
                r"u = [a; b], \quad M_i = \log \sum_{j \ne i} e^{T(u_i, u_j)}",
                Origin.CITED,
            ),
        ),
        section="Caps",
    )

    exclude_self: bool = Field(default=True, description="a view is not its own candidate")

    def candidates(self, batch: int) -> int | None:
        return 2 * batch - 1 if self.exclude_self else 2 * batch

    def scores(self, b: Builder[V], critic: Critic, at: Inputs[V]) -> Scores[V]:
        if len(at.views) > 2:
            pairs = [(a, other) for a in at.views for other in at.views if other is not a]
            views = b.concat(at.views)
            return Scores(
                critic.pair(b, b.concat(tuple(a for a, _ in pairs)), b.concat(tuple(y for _, y in pairs)), at.memory),
                critic.matrix(b, views, views, at.memory),
                positives=Mask.NONE,
                excluded=Mask.DIAGONAL if self.exclude_self else Mask.NONE,
            )
        views = b.concat((at.x, at.y))
        return Scores(
            critic.pair(b, views, b.roll_half(views), at.memory),
            critic.matrix(b, views, views, at.memory),
            positives=Mask.SHIFTED,
            excluded=Mask.DIAGONAL if self.exclude_self else Mask.NONE,
        )
