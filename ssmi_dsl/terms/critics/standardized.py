"""The per-feature standardised dot product."""

from collections.abc import Mapping
from typing import ClassVar

from pydantic import Field

from ssmi_dsl.builders.protocol import Builder
from ssmi_dsl.terms.base import Critic, Facts, V


class Standardized(Critic):
    """T(a, b) = ãᵀb̃, every feature standardised over the batch: the critic of Barlow Twins."""

    name: ClassVar[str] = "standardized"
    formula: ClassVar[str] = "T(a,b) = Σ_d ã_d b̃_d,  ã_d = (a_d - mean_d) / std_d"
    source: ClassVar[str] = "Zbontar et al. 2021 (Barlow Twins), eq. 2"
    facts: ClassVar[Facts] = Facts(bounded=False, statistics="global")

    eps: float = Field(
        default=1e-5, ge=0, description="added to the variance, as in the batch normalisation of the official code"
    )

    def pair(self, b: Builder[V], x: V, y: V, memory: Mapping[str, V]) -> V:
        return b.row_dot(self.features(b, x), self.features(b, y))

    def matrix(self, b: Builder[V], x: V, y: V, memory: Mapping[str, V]) -> V:
        return b.matmul_t(self.features(b, x), self.features(b, y))

    def independent_variance(self, width: int) -> float | None:
        """A sum of D products of independent features of unit variance."""
        return float(width)

    def features(self, b: Builder[V], x: V) -> V:
        return b.standardize(x, eps=self.eps)
