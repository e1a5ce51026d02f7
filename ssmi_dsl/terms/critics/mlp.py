"""The critic that reads both embeddings in one network."""

from collections.abc import Mapping
from typing import ClassVar

from pydantic import Field

from ssmi_dsl.builders.protocol import Builder
from ssmi_dsl.terms.base import Critic, Facts, Initial, Shapes, V


class Mlp(Critic):
    """T(a, b) = φ([a, b]), a learned network with one hidden layer of ReLU. A matrix of scores takes N M `hidden` numbers."""

    name: ClassVar[str] = "mlp"
    formula: ClassVar[str] = "T(a,b) = vᵀ max(0, W_a a + W_b b + c) + d"
    source: ClassVar[str] = "Tschannen et al. 2020 (1907.13625), section 3.2: 200 hidden units"
    facts: ClassVar[Facts] = Facts(exchange_symmetric=False, learned=True)

    hidden: int = Field(default=200, ge=1, description="units of the hidden layer")

    def learned(self, shapes: Shapes) -> Mapping[str, Initial]:
        bound = (2 * shapes.width) ** -0.5
        return {
            "weight_a": Initial((self.hidden, shapes.width), "uniform", bound),
            "weight_b": Initial((self.hidden, shapes.width), "uniform", bound),
            "bias": Initial((self.hidden,)),
            "readout": Initial((self.hidden,), "uniform", self.hidden**-0.5),
            "offset": Initial(()),
        }

    def pair(self, b: Builder[V], x: V, y: V, memory: Mapping[str, V]) -> V:
        hidden = b.relu(b.add(*self._halves(b, x, y, memory)))
        return b.add(b.row_sum(b.mul_row(hidden, memory["readout"])), memory["offset"])

    def matrix(self, b: Builder[V], x: V, y: V, memory: Mapping[str, V]) -> V:
        return b.add(b.relu_pairs(*self._halves(b, x, y, memory), memory["readout"]), memory["offset"])

    def _halves(self, b: Builder[V], x: V, y: V, memory: Mapping[str, V]) -> tuple[V, V]:
        first = b.add_row(b.matmul_t(x, memory["weight_a"]), memory["bias"])
        return first, b.matmul_t(y, memory["weight_b"])
