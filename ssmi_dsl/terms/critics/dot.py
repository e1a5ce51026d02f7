"""The dot-product critic."""

from collections.abc import Mapping
from typing import ClassVar

from pydantic import Field

from ssmi_dsl.builders.protocol import Builder
from ssmi_dsl.terms.base import Critic, Facts, V


class Dot(Critic):
    """T(a, b) = aᵀb / temperature, without normalisation: unbounded."""

    name: ClassVar[str] = "dot"
    formula: ClassVar[str] = "T(a,b) = aᵀb / τ"
    source: ClassVar[str] = "Tschannen et al. 2020 (1907.13625), section 3"
    facts: ClassVar[Facts] = Facts(bounded=False)

    temperature: float = Field(default=1.0, gt=0, description="τ, the divisor of the inner product")

    most: float | None = Field(
        default=None, gt=0, description="longer embeddings are cut down to this norm; T is then bounded"
    )

    def pair(self, b: Builder[V], x: V, y: V, memory: Mapping[str, V]) -> V:
        return b.scale(b.row_dot(self.features(b, x), self.features(b, y)), 1 / self.temperature)

    def matrix(self, b: Builder[V], x: V, y: V, memory: Mapping[str, V]) -> V:
        return b.scale(b.matmul_t(self.features(b, x), self.features(b, y)), 1 / self.temperature)

    def features(self, b: Builder[V], x: V) -> V:
        return x if self.most is None else b.limit_norm(x, most=self.most)
