"""The partner is the token of the same sample's other view with the closest embedding; only the closest pairs count."""

from typing import ClassVar

from pydantic import Field

from ssmi_dsl.builders.protocol import Builder
from ssmi_dsl.terms.base import Inputs, Positive, V
from ssmi_dsl.terms.nearest_pairs import nearest_pairs
from ssmi_dsl.terms.reading import Origin, Reading, Step


class NearestFeature(Positive):
    """b_c(p) with the smallest ‖a_p - b_c(p)‖ within the sample, for the `keep` tokens p of a view where it is smallest."""

    name: ClassVar[str] = "nearest-feature"
    formula: ClassVar[str] = "{(a_p, b_{c(p)}): p ∈ top-γ},  c(p) = argmin_q ‖a_p - b_q‖"
    source: ClassVar[str] = "Bardes et al. 2022 (VICRegL), section 3.2, feature-based matching"
    reading: ClassVar[Reading | None] = Reading(
        stands_for="the pair of J: the closest tokens, chosen by looking at both views",
        steps=(
            Step(
                "the choice depends on a and b: the pair has no fixed joint distribution, and a bound of I is "
                "not promised",
                r"c(p) = \operatorname{argmin}_q \|a_p - b_q\|",
                Origin.PROJECT,
            ),
        ),
        section="Bounds and divergences",
    )
    of_tokens: ClassVar[bool] = True

    keep: int = Field(default=20, ge=1, description="γ, the pairs that are kept of each sample; at most all tokens")
    keep_local: int = Field(default=4, ge=1, description="γ of the smaller maps of local views (multi-crop)")

    def meet(self, b: Builder[V], at: Inputs[V]) -> Inputs[V]:
        return nearest_pairs(b, at, x=at.x, y=at.y, keep=self.keep_local if at.local else self.keep)
