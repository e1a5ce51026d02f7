"""The partner is the token of the same sample's other view that looks most alike."""

from typing import ClassVar, Literal

from pydantic import Field

from ssmi_dsl.builders.protocol import Builder
from ssmi_dsl.terms.base import Inputs, Positive, V
from ssmi_dsl.terms.reading import Origin, Reading, Step


class Matched(Positive):
    """b_j with the largest cosine between token i of one view and token j of the other, within the sample; for objectives on tokens."""

    name: ClassVar[str] = "matched"
    formula: ClassVar[str] = "b_{c(i)},  c(i) = argmax_j cos(f_i, f'_j)"
    source: ClassVar[str] = "Wang et al. 2021 (DenseCL), eq. 3"
    reading: ClassVar[Reading | None] = Reading(
        stands_for="the pair of J: the most similar token, chosen by looking at both views",
        steps=(
            Step(
                "the choice depends on a and b: the pair has no fixed joint distribution, and a bound of I is "
                "not promised",
                r"c(i) = \operatorname{argmax}_j \cos(f_i, f'_j)",
                Origin.PROJECT,
            ),
        ),
        section="Bounds and divergences",
    )
    of_tokens: ClassVar[bool] = True

    by: Literal["map", "tokens"] = Field(
        default="map", description="features that are compared: the backbone's feature map, or the tokens themselves"
    )

    @property
    def needs_maps(self) -> bool:
        return self.by == "map"

    def partner(self, b: Builder[V], at: Inputs[V]) -> V:
        x, y = (at.x, at.y) if at.maps is None or self.by == "tokens" else at.maps
        return b.match_rows(b.normalize(x), b.normalize(y), at.y, group=at.rows)
