"""The predictor as surrogate of the marginal term."""

from typing import ClassVar

from ssmi_dsl.builders.protocol import Builder
from ssmi_dsl.terms.base import Critic, Facts, Inputs, Surrogate, TermPair, V


class Predictor(Surrogate):
    """No marginal term in the value: the predictor's Jacobian supplies its gradient.

    The residual (J_h - I)ᵀ z_B of the alignment gradient takes the place of the softmax-weighted centre of the negatives.
    """

    name: ClassVar[str] = "predictor"
    formula: ClassVar[str] = "∇_{z_A}⟨h(z_A), sg z_B⟩ = z_B + (J_h - I)ᵀ z_B"
    source: ClassVar[str] = "arXiv 2510.01345 (predictor as surrogate); Grill et al. 2020 (BYOL)"
    facts: ClassVar[Facts] = Facts(prevents_collapse=True, exchange_symmetric=False)

    def emit(self, b: Builder[V], critic: Critic, at: Inputs[V]) -> TermPair[V]:
        return TermPair(b.neg(b.mean(critic.pair(b, at.x, at.y, at.memory))), None)
