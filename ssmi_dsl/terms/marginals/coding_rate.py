"""The total coding rate of each view."""

from typing import ClassVar, Literal

from pydantic import Field

from ssmi_dsl.builders.protocol import Builder
from ssmi_dsl.terms.base import Critic, Facts, Inputs, Surrogate, TermPair, V
from ssmi_dsl.terms.over_views import mean_over
from ssmi_dsl.terms.reading import Origin, Reading, Step


class CodingRate(Surrogate):
    """Minus the bits that code the unit embeddings of a view up to a distortion, averaged over the views; the critic compares
    every view with the mean of all.
    """

    name: ClassVar[str] = "coding-rate"
    reads: ClassVar[Literal["pair", "views", "pairs"]] = "views"
    formula: ClassVar[str] = "-mean_v ½ log det(I + D/(N ε²) Ẑ_vᵀẐ_v);  joint: mean_v T(ẑ_v, mean ẑ)"
    source: ClassVar[str] = (
        "Tong et al. 2023 (EMP-SSL, 2304.03977), eq. 2; Yu et al. 2020 (MCR²); lightly has the sign flipped"
    )
    facts: ClassVar[Facts] = Facts(prevents_collapse=True, statistics="global")
    reading: ClassVar[Reading | None] = Reading(
        stands_for="minus the rate that codes a view up to distortion ε², in the place of M: high where embeddings spread",
        steps=(
            Step(
                "½ log det(I + D/(N ε²) ẐᵀẐ) is the rate of a Gaussian source with that second moment, up to ε²",
                r"\tfrac12 \log \det\big(I + \tfrac{D}{N \epsilon^2} \hat Z^{\top} \hat Z\big)",
                Origin.CITED,
            ),
            Step(
                "for small ε it is the Gaussian entropy up to a constant; the joint part is alignment with the "
                "mean of the views: no value of I",
                r"R_\epsilon \to H_{\mathrm{Gauss}} + \text{const}",
                Origin.PROJECT,
            ),
        ),
        section="Entropies in place of the marginal term",
    )

    distortion: float = Field(default=0.2, gt=0, description="ε² of the coding rate; the official code calls it eps")

    def emit(self, b: Builder[V], critic: Critic, at: Inputs[V]) -> TermPair[V]:
        units = tuple(b.normalize(z) for z in at.views)
        center = mean_over(b, units)
        scores = [b.mean(critic.pair(b, z, center, at.memory)) for z in units]
        return TermPair(
            b.neg(mean_over(b, tuple(scores))), b.scale(mean_over(b, tuple(self._rate(b, z) for z in units)), -0.5)
        )

    def _rate(self, b: Builder[V], z: V) -> V:
        spread = b.scale(b.mul(b.cross_moment(z, z), b.width(z)), 1 / self.distortion)
        return b.logdet(b.add_diagonal(spread, constant=1.0))
