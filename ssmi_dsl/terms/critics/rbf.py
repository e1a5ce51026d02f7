"""The negative squared distance."""

from collections.abc import Mapping
from typing import ClassVar

from pydantic import Field

from ssmi_dsl.builders.protocol import Builder
from ssmi_dsl.terms.base import Critic, Facts, V


class Rbf(Critic):
    """T(a, b) = -‖a - b‖² / temperature; of unit vectors it is (2 cos - 2) / temperature."""

    name: ClassVar[str] = "rbf"
    formula: ClassVar[str] = "T(a,b) = -‖a - b‖² / τ"
    source: ClassVar[str] = "Grill et al. 2020 (BYOL), eq. 2; Bardes et al. 2022 (VICReg), eq. 5"
    facts: ClassVar[Facts] = Facts(bounded=False)

    temperature: float = Field(default=1.0, gt=0, description="τ, the divisor of the squared distance")
    normalize: bool = Field(default=False, description="divide every embedding by its norm first; T is then bounded")
    per_feature: bool = Field(
        default=False, description="mean instead of sum over features, as in a mean squared error"
    )

    def pair(self, b: Builder[V], x: V, y: V, memory: Mapping[str, V]) -> V:
        difference = b.sub(b.normalize(x), b.normalize(y)) if self.normalize else b.sub(x, y)
        squares = b.square(difference)
        distance = b.row_mean(squares) if self.per_feature else b.row_sum(squares)
        return b.scale(distance, -1 / self.temperature)

    def sphere_temperature(self, width: int) -> float | None:
        """‖a - b‖² = 2 - 2 cos of unit vectors, divided by D where the mean over features is taken."""
        if not self.normalize:
            return None
        return self.temperature * (width if self.per_feature else 1) / 2

    def matrix(self, b: Builder[V], x: V, y: V, memory: Mapping[str, V]) -> V:
        if self.normalize:
            x, y = b.normalize(x), b.normalize(y)
        distance = b.squared_distances(x, y, per_feature=self.per_feature)
        return b.scale(distance, -1 / self.temperature)
