"""Uniformity on the sphere."""

from typing import ClassVar

from pydantic import Field

from ssmi_dsl.builders.protocol import Builder, Mask
from ssmi_dsl.terms.base import Critic, Facts, Inputs, Surrogate, TermPair, V
from ssmi_dsl.terms.reading import Origin, Reading, Step


class Uniformity(Surrogate):
    """The logarithm of the mean Gaussian potential of all pairs of a view, averaged over the two views."""

    name: ClassVar[str] = "uniformity"
    formula: ClassVar[str] = "½ Σ_{z∈{a,b}} log mean_{i≠j} exp(-t ‖ẑ_i - ẑ_j‖²)"
    source: ClassVar[str] = "Wang & Isola 2020 (2005.10242), eq. 5 and the code in figure 7"
    facts: ClassVar[Facts] = Facts(prevents_collapse=True, needs_unit_norm=True, statistics="global")
    reading: ClassVar[Reading | None] = Reading(
        stands_for="M within each view: log E exp T of two independent samples of one view",
        steps=(
            Step(
                "‖â - â'‖² = 2 - 2 cos: log mean exp(-t ‖â - â'‖²) = log mean exp(2t cos) - 2t, M of a cosine "
                "critic at τ = 1/(2t), up to a constant",
                r"\log \mathbb{E}\, e^{-t\|\hat a - \hat a'\|^2} = \log \mathbb{E}\, e^{2t \cos(a, a')} - 2t",
                Origin.PROJECT,
            ),
            Step(
                "its pairs come from p(a) p(a') and p(b) p(b'), not from p(a) p(b): equal only where both views "
                "share their distribution",
                r"p(a)\,p(a') \text{ in place of } p(a)\,p(b)",
                Origin.PROJECT,
            ),
        ),
        section="Entropies in place of the marginal term",
    )

    t: float = Field(default=2.0, gt=0, description="t, the inverse width of the potential; lightly has 1")

    def emit(self, b: Builder[V], critic: Critic, at: Inputs[V]) -> TermPair[V]:
        joint = b.neg(b.mean(critic.pair(b, at.x, at.y, at.memory)))
        return TermPair(joint, b.scale(b.add(self._potential(b, at.x), self._potential(b, at.y)), 0.5))

    def _potential(self, b: Builder[V], z: V) -> V:
        unit = b.normalize(z)
        return b.logmeanexp(b.scale(b.squared_distances(unit, unit, per_feature=False), -self.t), without=Mask.DIAGONAL)
