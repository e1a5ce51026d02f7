"""The partner is the token of the same sample's other view that shows the closest place of the image; only the closest pairs count."""

from typing import ClassVar

from pydantic import Field

from ssmi_dsl.builders.protocol import Builder
from ssmi_dsl.terms.base import Inputs, Positive, V
from ssmi_dsl.terms.nearest_pairs import nearest_pairs
from ssmi_dsl.terms.reading import Origin, Reading, Step


class NearestPlace(Positive):
    """b_c(p) whose place in the source image is closest to that of a_p, for the `keep` tokens p of a view where they are closest.

    A place is the centre of a token's part of the view, followed back through crop, flip and affine map. Views that share no part of the
    image have pairs too: the closest.
    """

    name: ClassVar[str] = "nearest-place"
    formula: ClassVar[str] = "{(a_p, b_{c(p)}): p ∈ top-γ},  c(p) = argmin_q ‖s_p - s'_q‖"
    source: ClassVar[str] = "Bardes et al. 2022 (VICRegL), section 3.2, location-based matching"
    reading: ClassVar[Reading | None] = Reading(
        stands_for="the pair of J: two views of one place of the image, chosen by the augmentations alone",
        steps=(
            Step(
                "the choice does not depend on a and b: given the two augmentations the pair has a fixed joint distribution",
                r"c(p) = \operatorname{argmin}_q \|s_p - s'_q\|",
                Origin.PROJECT,
            ),
        ),
        section="Bounds and divergences",
    )
    of_tokens: ClassVar[bool] = True

    keep: int = Field(default=20, ge=1, description="γ, the pairs that are kept of each sample; at most all tokens")
    keep_local: int = Field(default=4, ge=1, description="γ of the smaller maps of local views (multi-crop)")

    @property
    def needs_places(self) -> bool:
        return True

    def meet(self, b: Builder[V], at: Inputs[V]) -> Inputs[V]:
        assert at.places is not None, "the positive says that it needs places"
        x, y = at.places
        return nearest_pairs(b, at, x=x, y=y, keep=self.keep_local if at.local else self.keep)
