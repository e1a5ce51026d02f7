"""The predictor as surrogate of the marginal term."""

from typing import ClassVar

from ssmi_dsl.builders.protocol import Builder
from ssmi_dsl.terms.base import Critic, Facts, Inputs, Surrogate, TermPair, V
from ssmi_dsl.terms.reading import Origin, Reading, Step


class Predictor(Surrogate):
    """No marginal term in the value: the predictor's Jacobian supplies its gradient.

    The residual (J_h - I)ᵀ z_B of the alignment gradient takes the place of the softmax-weighted centre of the negatives.
    """

    name: ClassVar[str] = "predictor"
    formula: ClassVar[str] = "∇_{z_A}⟨h(z_A), sg z_B⟩ = z_B + (J_h - I)ᵀ z_B"
    source: ClassVar[str] = "arXiv 2510.01345 (predictor as surrogate); Grill et al. 2020 (BYOL)"
    facts: ClassVar[Facts] = Facts(prevents_collapse=True, exchange_symmetric=False)
    reading: ClassVar[Reading | None] = Reading(
        stands_for="the gradient of M: the loss holds J alone, the predictor h bends its gradient",
        steps=(
            Step(
                "the predictor is a tractable surrogate of the marginal term, seen in its gradient",
                r"h \approx \text{surrogate of } M",
                Origin.REPORTED,
            ),
            Step(
                "with T = ⟨a, b⟩: ∇(J - M) = z_B - Σ_j w_j z_j, attraction minus a softmax-weighted centre",
                r"\nabla_{z_A}(J - M) = z_B - \sum_j w_j z_j, \quad w \propto e^{T}",
                Origin.PROJECT,
            ),
            Step(
                "with h and a constant target: ∇⟨h(z_A), sg z_B⟩ = z_B + (J_h - I)ᵀ z_B; the residual takes the place of the centre",
                r"\nabla_{z_A}\langle h(z_A), \mathrm{sg}\, z_B\rangle = z_B + (J_h - I)^{\top} z_B",
                Origin.PROJECT,
            ),
            Step(
                "linear h at its optimum C_BA C_AA⁻¹: the inverse marginal covariance enters through h alone, so h must follow its optimum",
                r"h^{*} = C_{BA} C_{AA}^{-1}",
                Origin.PROJECT,
            ),
        ),
        section="The predictor as a surrogate",
    )

    def emit(self, b: Builder[V], critic: Critic, at: Inputs[V]) -> TermPair[V]:
        return TermPair(b.neg(b.mean(critic.pair(b, at.x, at.y, at.memory))), None)
