"""The variance-covariance surrogate of VICReg."""

from typing import ClassVar

from pydantic import Field

from ssmi_dsl.builders.protocol import Builder
from ssmi_dsl.terms.base import Critic, Facts, Inputs, Surrogate, TermPair, V


class VarianceCovariance(Surrogate):
    """Second-order surrogate: every feature keeps its standard deviation, and features are decorrelated."""

    name: ClassVar[str] = "variance-covariance"
    formula: ClassVar[str] = "Σ_{z∈{a,b}} μ/D Σ_d max(0, γ - √(Var z_d + ε)) + ν/D Σ_{i≠j} Cov(z)_ij²"
    source: ClassVar[str] = "Bardes et al. 2022 (VICReg), eq. 1 to 6: both terms are summed over the two branches"
    facts: ClassVar[Facts] = Facts(prevents_collapse=True, exchange_symmetric=True, statistics="global")

    variance: float = Field(default=25.0, ge=0, description="μ, the weight of the variance term")
    covariance: float = Field(default=1.0, ge=0, description="ν, the weight of the covariance term")
    target_std: float = Field(default=1.0, gt=0, description="γ, the standard deviation that every feature must reach")
    eps: float = Field(default=1e-4, ge=0, description="ε, added to the variance under the root")

    correlation: bool = Field(
        default=False,
        description="the last term is the mean over all D² entries of squared correlations, with ν: VIbCReg, scale-free",
    )

    def emit(self, b: Builder[V], critic: Critic, at: Inputs[V]) -> TermPair[V]:
        joint = b.neg(b.mean(critic.pair(b, at.x, at.y, at.memory)))
        marginal = b.add(self._spread(b, at.x), self._spread(b, at.y))
        return TermPair(joint, marginal)

    def _spread(self, b: Builder[V], z: V) -> V:
        std = b.sqrt(b.shift(b.variance(z), self.eps))
        variance = b.mean(b.relu(b.shift(b.neg(std), self.target_std)))
        if self.correlation:
            unit = b.standardize(z, eps=0.0)
            covariance = b.mean(b.square(b.off_diagonal(b.cross_moment(unit, unit))))
        else:
            covariance = b.mean(b.row_sum(b.square(b.off_diagonal(b.covariance(z)))))
        return b.add(b.scale(variance, self.variance), b.scale(covariance, self.covariance))
