"""The separable critic."""

from collections.abc import Mapping
from typing import ClassVar

from pydantic import Field

from ssmi_dsl.builders.protocol import Builder
from ssmi_dsl.terms.base import Critic, Facts, Initial, Shapes, V


class Separable(Critic):
    """T(a, b) = φ₁(a)ᵀ φ₂(b), each φ a learned network with one hidden layer of ReLU."""

    name: ClassVar[str] = "separable"
    formula: ClassVar[str] = "T(a,b) = φ₁(a)ᵀ φ₂(b)"
    source: ClassVar[str] = "Tschannen et al. 2020 (1907.13625), section 3.2: 100 hidden units, 100 outputs"
    facts: ClassVar[Facts] = Facts(exchange_symmetric=False, learned=True)

    hidden: int = Field(default=100, ge=1, description="units of the hidden layers")
    width: int = Field(default=100, ge=1, description="outputs of φ₁ and φ₂")

    def learned(self, shapes: Shapes) -> Mapping[str, Initial]:
        found: dict[str, Initial] = {}
        for side in "ab":
            bounds = (shapes.width**-0.5, self.hidden**-0.5)
            found[f"{side}_weight0"] = Initial((self.hidden, shapes.width), "uniform", bounds[0])
            found[f"{side}_bias0"] = Initial((self.hidden,))
            found[f"{side}_weight1"] = Initial((self.width, self.hidden), "uniform", bounds[1])
            found[f"{side}_bias1"] = Initial((self.width,))
        return found

    def pair(self, b: Builder[V], x: V, y: V, memory: Mapping[str, V]) -> V:
        return b.row_dot(self._map(b, x, "a", memory), self._map(b, y, "b", memory))

    def matrix(self, b: Builder[V], x: V, y: V, memory: Mapping[str, V]) -> V:
        return b.matmul_t(self._map(b, x, "a", memory), self._map(b, y, "b", memory))

    def _map(self, b: Builder[V], z: V, side: str, memory: Mapping[str, V]) -> V:
        hidden = b.relu(b.add_row(b.matmul_t(z, memory[f"{side}_weight0"]), memory[f"{side}_bias0"]))
        return b.add_row(b.matmul_t(hidden, memory[f"{side}_weight1"]), memory[f"{side}_bias1"])
