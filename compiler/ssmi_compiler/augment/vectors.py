"""Augmentation of vectors.

Legend: N batch, D features.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import torch
from torch import Tensor

from ssmi_dsl.components.augment_operations import GaussianNoise


@dataclass(frozen=True, slots=True)
class VectorNoise:
    """Normal noise added to vectors. Noise: `normal` float32 [N D], of unit variance."""

    params: GaussianNoise

    def draw(self, generator: torch.Generator, num: int, features: int) -> dict[str, Tensor]:
        return {"normal": torch.randn(num, features, generator=generator)}

    def __call__(self, vectors: Tensor, noise: Mapping[str, Tensor]) -> Tensor:
        return vectors + self.params.std * noise["normal"]
