"""The cross-entropy of soft assignments."""

from collections.abc import Mapping
from typing import ClassVar

from pydantic import Field

from ssmi_dsl.builders.protocol import Builder
from ssmi_dsl.terms.base import Critic, Facts, V


class Prototypes(Critic):
    """T(a, q) = Σ_k q_k log p_k(a): how well the scores of an anchor predict the assignment of its target.

    x holds scores [N K] of a branch with `prototypes`, y an assignment [N K] as the marginals that assign give it.
    """

    name: ClassVar[str] = "prototypes"
    formula: ClassVar[str] = "T(a,b) = Σ_k q_k(b) log p_k(a),  p(a) = softmax(a / τ)"
    source: ClassVar[str] = "Caron et al. 2020 (SwAV), eq. 2; Caron et al. 2021 (DINO), eq. 2"
    facts: ClassVar[Facts] = Facts(exchange_symmetric=False, bounded=False)

    temperature: float = Field(default=0.1, gt=0, description="τ, the temperature of the anchor's softmax")

    def pair(self, b: Builder[V], x: V, y: V, memory: Mapping[str, V]) -> V:
        return b.row_dot(y, self.log_assignment(b, x))

    def matrix(self, b: Builder[V], x: V, y: V, memory: Mapping[str, V]) -> V:
        return b.matmul_t(self.log_assignment(b, x), y)

    def log_assignment(self, b: Builder[V], x: V) -> V:
        """Scores [N K] -> log p [N K]."""
        return b.log_softmax(b.scale(x, 1 / self.temperature))
