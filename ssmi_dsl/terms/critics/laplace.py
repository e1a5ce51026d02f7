"""The negative smooth absolute difference."""

from collections.abc import Mapping
from typing import ClassVar

from pydantic import Field

from ssmi_dsl.builders.protocol import Builder
from ssmi_dsl.terms.base import Critic, Facts, V


class Laplace(Critic):
    """T(a, b) = -smooth|a - b| / temperature: quadratic near zero, absolute beyond `beta`, as in the Laplace likelihood."""

    name: ClassVar[str] = "laplace"
    formula: ClassVar[str] = "T(a,b) = -Σ_d smooth|a_d - b_d| / τ"
    source: ClassVar[str] = "Assran et al. 2023 (I-JEPA) and its code; Baevski et al. 2022 (data2vec), eq. 4: β = 2"
    facts: ClassVar[Facts] = Facts(bounded=False)

    temperature: float = Field(default=1.0, gt=0, description="τ, the divisor of the difference")
    beta: float = Field(default=1.0, gt=0, description="β, the difference beyond which the score is linear")
    per_feature: bool = Field(default=True, description="mean over features instead of sum")

    def pair(self, b: Builder[V], x: V, y: V, memory: Mapping[str, V]) -> V:
        parts = b.smooth_l1(b.sub(x, y), beta=self.beta)
        return b.scale(b.row_mean(parts) if self.per_feature else b.row_sum(parts), -1 / self.temperature)

    def matrix(self, b: Builder[V], x: V, y: V, memory: Mapping[str, V]) -> V:
        distances = b.smooth_l1_distances(x, y, beta=self.beta, per_feature=self.per_feature)
        return b.scale(distances, -1 / self.temperature)
