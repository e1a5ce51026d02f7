"""The cross-correlation surrogate of Barlow Twins."""

from typing import ClassVar

from pydantic import Field

from ssmi_dsl.builders.protocol import Builder
from ssmi_dsl.terms.base import Critic, Facts, Inputs, Surrogate, TermPair, V
from ssmi_dsl.terms.reading import Origin, Reading, Step


class CrossCorrelation(Surrogate):
    """Second-order surrogate: the cross-correlation of standardised features is driven to the identity.

    With `off_diagonal: 1` the loss is D - 2 J₂, where J₂ expands the Donsker-Varadhan bound at aligned views.
    """

    name: ClassVar[str] = "cross-correlation"
    formula: ClassVar[str] = "Σ_i (1 - C_ii)² + λ Σ_{i≠j} C_ij²,  C = ãᵀb̃ / N"
    source: ClassVar[str] = "Zbontar et al. 2021 (Barlow Twins), eq. 1 and 2"
    facts: ClassVar[Facts] = Facts(prevents_collapse=True, exchange_symmetric=True, statistics="global")
    second_order: ClassVar[bool] = True
    reading: ClassVar[Reading | None] = Reading(
        stands_for="M to second order: log E_q exp T ≈ E_q T + ½ Var_q T",
        steps=(
            Step(
                "J₂ = E_p T - E_q T - ½ Var_q T",
                r"J_2 = \mathbb{E}_p T - \mathbb{E}_q T - \tfrac12 \mathrm{Var}_q T",
                Origin.PROJECT,
            ),
            Step(
                "standardised features: E_q T = 0, E_p T = tr C, Var_q T = tr(Σ_A Σ_B), and Σ_A, Σ_B are replaced by C at aligned views",
                r"\mathbb{E}_q T = 0, \quad \mathbb{E}_p T = \operatorname{tr} C, \quad \mathrm{Var}_q T \approx \|C\|_F^2",
                Origin.PROJECT,
            ),
            Step(
                "J₂ = Σ_i C_ii - ½ Σ_ij C_ij² = D/2 - ½ L at λ = 1; another λ weighs the off-diagonal part of M by itself",
                r"J_2 = \tfrac{D}{2} - \tfrac12 \mathcal{L}\big|_{\lambda = 1}",
                Origin.PROJECT,
            ),
            Step(
                "sup_T J₂ = ½ χ²(p ‖ q): neither a lower nor an upper bound of I",
                r"\sup_T J_2 = \tfrac12 \chi^2(p\,\|\,q)",
                Origin.PROJECT,
            ),
        ),
        section="Second-order surrogates",
    )

    off_diagonal: float = Field(default=0.0051, ge=0, description="λ, the weight of the redundancy reduction term")

    def noise_floor(self, batch: int, width: int) -> float | None:
        """λ D (D - 1) / (N - 1): the square of a sample correlation of independent features is 1 / (N - 1) on average."""
        return self.off_diagonal * width * (width - 1) / (batch - 1) if batch > 1 else None

    def emit(self, b: Builder[V], critic: Critic, at: Inputs[V]) -> TermPair[V]:
        correlation = b.cross_moment(critic.features(b, at.x), critic.features(b, at.y))
        joint = b.sum(b.square(b.shift(b.neg(b.diagonal(correlation)), 1.0)))
        marginal = b.scale(b.sum(b.square(b.off_diagonal(correlation))), self.off_diagonal)
        return TermPair(joint, marginal)
