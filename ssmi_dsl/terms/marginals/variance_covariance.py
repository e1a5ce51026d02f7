"""The variance-covariance surrogate of VICReg."""

from typing import ClassVar

from pydantic import Field, model_validator
from pydantic_core import PydanticCustomError

from ssmi_dsl.builders.protocol import Builder
from ssmi_dsl.terms.base import Critic, Facts, Inputs, Surrogate, TermPair, V
from ssmi_dsl.terms.reading import Origin, Reading, Step


class VarianceCovariance(Surrogate):
    """Second-order surrogate: every feature keeps its standard deviation, and features are decorrelated."""

    name: ClassVar[str] = "variance-covariance"
    formula: ClassVar[str] = "Σ_{z∈{a,b}} μ/D Σ_d max(0, γ - √(Var z_d + ε)) + ν/D Σ_{i≠j} Cov(z)_ij²"
    source: ClassVar[str] = "Bardes et al. 2022 (VICReg), eq. 1 to 6: both terms are summed over the two branches"
    facts: ClassVar[Facts] = Facts(prevents_collapse=True, exchange_symmetric=True, statistics="global")
    second_order: ClassVar[bool] = True
    reading: ClassVar[Reading | None] = Reading(
        stands_for="M to second order: log E_q exp T ≈ E_q T + ½ Var_q T",
        steps=(
            Step(
                "J₂ = E_p T - E_q T - ½ Var_q T with T = -½‖a - b‖², S = Σ_A + Σ_B, equal means and Gaussian marginals",
                r"J_2 = \mathbb{E}_p T - \mathbb{E}_q T - \tfrac12 \mathrm{Var}_q T, \quad T = -\tfrac12\|a-b\|^2",
                Origin.PROJECT,
            ),
            Step(
                "J₂ = -½ E_p‖a - b‖² + ½ tr S - ¼ tr S²",
                r"J_2 = -\tfrac12 \mathbb{E}_p\|a-b\|^2 + \tfrac12 \operatorname{tr} S - \tfrac14 \operatorname{tr} S^2",
                Origin.PROJECT,
            ),
            Step(
                "its diagonal ½ s_ii - ¼ s_ii² is a target for the variance, its off-diagonal -¼ Σ s_ij² the covariance penalty: "
                "the hinge and the weights are the paper's own",
                r"\tfrac12 s_{ii} - \tfrac14 s_{ii}^2, \qquad -\tfrac14 \sum_{i \ne j} s_{ij}^2",
                Origin.PROJECT,
            ),
        ),
        section="Second-order surrogates",
    )

    variance: float = Field(default=25.0, ge=0, description="μ, the weight of the variance term")
    covariance: float = Field(default=1.0, ge=0, description="ν, the weight of the covariance term")
    target_std: float = Field(default=1.0, gt=0, description="γ, the standard deviation that every feature must reach")
    eps: float = Field(default=1e-4, ge=0, description="ε, added to the variance under the root")

    correlation: bool = Field(
        default=False,
        description="the last term is the mean over all D² entries of squared correlations, with ν: VIbCReg, scale-free",
    )
    per_place: bool = Field(
        default=False,
        description="of tokens: variance and covariance over the batch for each row of a sample apart, and their mean (VICRegL)",
    )

    @model_validator(mode="after")
    def _one_statistic(self) -> "VarianceCovariance":
        if self.per_place and self.correlation:
            raise PydanticCustomError("one_statistic", "`correlation` and `per_place` have no meaning together")
        return self

    def noise_floor(self, batch: int, width: int) -> float | None:
        """2 ν (D - 1) / (N - 1) for both branches at unit variance; a sample covariance squared is 1 / (N - 1) on average."""
        if batch < 2 or self.correlation:
            return None
        return 2 * self.covariance * (width - 1) / (batch - 1)

    def emit(self, b: Builder[V], critic: Critic, at: Inputs[V]) -> TermPair[V]:
        joint = b.neg(b.mean(critic.pair(b, at.x, at.y, at.memory)))
        rows = at.rows if self.per_place else 1
        marginal = b.add(self._spread(b, at.x, rows), self._spread(b, at.y, rows))
        return TermPair(joint, marginal)

    def _spread(self, b: Builder[V], z: V, rows: int) -> V:
        std = b.sqrt(b.shift(b.variance(z if rows == 1 else b.join_rows(z, group=rows)), self.eps))
        variance = b.mean(b.relu(b.shift(b.neg(std), self.target_std)))
        if self.correlation:
            unit = b.standardize(z, eps=0.0)
            covariance = b.mean(b.square(b.off_diagonal(b.cross_moment(unit, unit))))
        else:
            found = b.covariance(z) if rows == 1 else b.covariances(z, group=rows)
            covariance = b.mean(b.row_sum(b.square(b.off_diagonal(found))))
        return b.add(b.scale(variance, self.variance), b.scale(covariance, self.covariance))
