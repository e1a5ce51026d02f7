"""The cosine critic."""

from collections.abc import Mapping
from math import inf, log
from typing import ClassVar

from pydantic import Field

from ssmi_dsl.builders.protocol import Builder
from ssmi_dsl.terms.base import Critic, Facts, Initial, Shapes, V


class Cosine(Critic):
    """T(a, b) = cos(a, b) / temperature: the fixed, bounded critic of contrastive learning."""

    name: ClassVar[str] = "cosine"
    formula: ClassVar[str] = "T(a,b) = aᵀb / (τ ‖a‖ ‖b‖)"
    source: ClassVar[str] = "Chen et al. 2020 (SimCLR), eq. 1; learnable: Radford et al. 2021 (CLIP), section 2.5"
    facts: ClassVar[Facts] = Facts(bounded=True)

    temperature: float = Field(
        default=0.2, gt=0, description="τ; |T| is at most 1/τ, so the bound cannot exceed 2/τ nats"
    )
    learnable: bool = Field(
        default=False, description="1/τ is a parameter, trained as exp of its logarithm; τ is its start"
    )
    min_temperature: float | None = Field(
        default=None, gt=0, description="of a learned temperature: it is clamped from below here"
    )

    def learned(self, shapes: Shapes) -> Mapping[str, Initial]:
        return {"log_scale": Initial((), "constant", -log(self.temperature))} if self.learnable else {}

    def pair(self, b: Builder[V], x: V, y: V, memory: Mapping[str, V]) -> V:
        return self._scaled(b, b.row_dot(self.features(b, x), self.features(b, y)), memory)

    def matrix(self, b: Builder[V], x: V, y: V, memory: Mapping[str, V]) -> V:
        return self._scaled(b, b.matmul_t(self.features(b, x), self.features(b, y)), memory)

    def _scaled(self, b: Builder[V], cosines: V, memory: Mapping[str, V]) -> V:
        if not self.learnable:
            return b.scale(cosines, 1 / self.temperature)
        largest = inf if self.min_temperature is None else -log(self.min_temperature)
        return b.mul(cosines, b.exp(b.clip(memory["log_scale"], low=-inf, high=largest)))

    def sphere_temperature(self, width: int) -> float | None:
        return self.temperature

    def features(self, b: Builder[V], x: V) -> V:
        return b.normalize(x)
