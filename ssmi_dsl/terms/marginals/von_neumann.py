"""The von Neumann entropy of the autocorrelation."""

from typing import ClassVar

from ssmi_dsl.builders.protocol import Builder
from ssmi_dsl.terms.base import Critic, Facts, Inputs, Surrogate, TermPair, V
from ssmi_dsl.terms.reading import Origin, Reading, Step

# log of an eigenvalue that rounding has made zero or negative
SMALLEST = 1e-12


class VonNeumann(Surrogate):
    """Minus the entropy of the eigenvalues of the autocorrelation of unit embeddings, averaged over the two views."""

    name: ClassVar[str] = "von-neumann"
    formula: ClassVar[str] = "½ Σ_{z∈{a,b}} Σ_k λ_k log λ_k,  λ the eigenvalues of ẐᵀẐ / N"
    source: ClassVar[str] = "Kim et al. 2023 (VNE, 2304.01434), eq. 3 and 4"
    facts: ClassVar[Facts] = Facts(prevents_collapse=True, needs_unit_norm=True, statistics="global")
    reading: ClassVar[Reading | None] = Reading(
        stands_for="minus an entropy in the place of M: that of the spectrum of each view's second moment",
        steps=(
            Step(
                "Σ_k λ_k log λ_k with Σ λ_k = 1 is least, -log D, for a flat spectrum and 0 for rank 1: "
                "collapse costs most",
                r"-\log D \le \sum_k \lambda_k \log \lambda_k \le 0",
                Origin.CITED,
            ),
            Step(
                "an entropy of the spectrum, not of the distribution of embeddings: no value of I",
                r"H(\lambda) \ne H(A)",
                Origin.PROJECT,
            ),
        ),
        section="Entropies in place of the marginal term",
    )

    def emit(self, b: Builder[V], critic: Critic, at: Inputs[V]) -> TermPair[V]:
        joint = b.neg(b.mean(critic.pair(b, at.x, at.y, at.memory)))
        return TermPair(joint, b.scale(b.add(self._order(b, at.x), self._order(b, at.y)), 0.5))

    def _order(self, b: Builder[V], z: V) -> V:
        unit = b.normalize(z)
        spectrum = b.eigenvalues(b.cross_moment(unit, unit))
        return b.sum(b.mul(spectrum, b.log(b.clip(spectrum, low=SMALLEST, high=float("inf")))))
