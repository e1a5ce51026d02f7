"""Grayscale, solarisation and normalisation.

Legend: N batch, H height, W width.
"""

from dataclasses import dataclass

import torch
from torch import Tensor

from ssmi_compiler.augment.operation import Noise, Planes, Size, happens, luma, per_sample
from ssmi_dsl.components import augment_operations as declared

# above every pixel, so that nothing of the sample is solarised
NEVER = 2.0


@dataclass(frozen=True, slots=True)
class Grayscale:
    """Noise: `gray` bool [N]."""

    params: declared.Grayscale

    def output_size(self, size: Size) -> Size:
        return size

    def draw(self, generator: torch.Generator, num: int, size: Size) -> dict[str, Tensor]:
        return {"gray": happens(generator, num, self.params.p)}

    def __call__(self, planes: Planes, noise: Noise) -> Planes:
        gray, chosen = luma(planes), per_sample(noise["gray"])
        return tuple(torch.where(chosen, gray, plane) for plane in planes)


@dataclass(frozen=True, slots=True)
class Solarize:
    """Noise: `threshold` float32 [N], 2 for samples that stay as they are."""

    params: declared.Solarize

    def output_size(self, size: Size) -> Size:
        return size

    def draw(self, generator: torch.Generator, num: int, size: Size) -> dict[str, Tensor]:
        return {"threshold": torch.where(happens(generator, num, self.params.p), self.params.threshold, NEVER)}

    def __call__(self, planes: Planes, noise: Noise) -> Planes:
        threshold = per_sample(noise["threshold"])
        return tuple(torch.where(plane >= threshold, 1.0 - plane, plane) for plane in planes)


@dataclass(frozen=True, slots=True)
class Normalize:
    """(x - mean) / std; nothing is random."""

    params: declared.Normalize

    def output_size(self, size: Size) -> Size:
        return size

    def draw(self, generator: torch.Generator, num: int, size: Size) -> dict[str, Tensor]:
        return {}

    def __call__(self, planes: Planes, noise: Noise) -> Planes:
        """One or three planes -> three planes when three means are declared, else as many as came in."""
        mean, std = self.params.mean, self.params.std
        num = max(len(planes), len(mean))
        wide = planes * (num // len(planes))
        means, stds = mean * (num // len(mean)), std * (num // len(std))
        return tuple((plane - m) / s for plane, m, s in zip(wide, means, stds, strict=True))
