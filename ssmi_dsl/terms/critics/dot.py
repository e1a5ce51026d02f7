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

    def pair(self, b: Builder[V], x: V, y: V, memory: Mapping[str, V]) -> V:
        return b.scale(b.row_dot(x, y), 1 / self.temperature)

    def matrix(self, b: Builder[V], x: V, y: V, memory: Mapping[str, V]) -> V:
        return b.scale(b.matmul_t(x, y), 1 / self.temperature)
