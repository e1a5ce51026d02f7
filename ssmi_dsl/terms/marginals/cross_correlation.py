"""The cross-correlation surrogate of Barlow Twins."""

from typing import ClassVar

from pydantic import Field

from ssmi_dsl.builders.protocol import Builder
from ssmi_dsl.terms.base import Critic, Facts, Inputs, Surrogate, TermPair, V


class CrossCorrelation(Surrogate):
    """Second-order surrogate: the cross-correlation of standardised features is driven to the identity.

    With `off_diagonal: 1` the loss is D - 2 J₂, where J₂ expands the Donsker-Varadhan bound at aligned views.
    """

    name: ClassVar[str] = "cross-correlation"
    formula: ClassVar[str] = "Σ_i (1 - C_ii)² + λ Σ_{i≠j} C_ij²,  C = ãᵀb̃ / N"
    source: ClassVar[str] = "Zbontar et al. 2021 (Barlow Twins), eq. 1 and 2"
    facts: ClassVar[Facts] = Facts(prevents_collapse=True, exchange_symmetric=True, statistics="global")

    off_diagonal: float = Field(default=0.0051, ge=0, description="λ, the weight of the redundancy reduction term")

    def emit(self, b: Builder[V], critic: Critic, at: Inputs[V]) -> TermPair[V]:
        correlation = b.cross_moment(critic.features(b, at.x), critic.features(b, at.y))
        joint = b.sum(b.square(b.shift(b.neg(b.diagonal(correlation)), 1.0)))
        marginal = b.scale(b.sum(b.square(b.off_diagonal(correlation))), self.off_diagonal)
        return TermPair(joint, marginal)
