"""What one augmentation is: noise drawn outside the graph, and a pure function of planes and noise inside it.

Legend: N batch, C channels (1 or 3), H height, W width.
"""

from collections.abc import Mapping
from typing import Protocol, TypeAlias

import torch
from torch import Tensor

# one float32 tensor [N H W] for each channel, values in [0, 1]; separate planes let a colour operation and the
# reduction over its result fuse into one loop
Planes: TypeAlias = tuple[Tensor, ...]
Noise: TypeAlias = Mapping[str, Tensor]
Size: TypeAlias = tuple[int, int]


class Operation(Protocol):
    """One operation on images."""

    def output_size(self, size: Size) -> Size:
        """Height and width of the result, pixels."""
        ...

    def draw(self, generator: torch.Generator, num: int, size: Size) -> dict[str, Tensor]:
        """Noise for `num` samples of `size` pixels, first dim N; empty when nothing is random."""
        ...

    def __call__(self, planes: Planes, noise: Noise) -> Planes:
        """Pure, of static shapes, and without branches on data."""
        ...


def luma(planes: Planes) -> Tensor:
    """Planes [N H W] -> [N H W]: 0.2989 R + 0.587 G + 0.114 B, torchvision's digits; one plane is its own luma."""
    if len(planes) == 1:
        return planes[0]
    r, g, b = planes
    return 0.2989 * r + 0.587 * g + 0.114 * b


def per_sample(values: Tensor) -> Tensor:
    """values [N] -> [N 1 1], to broadcast over a plane."""
    return values[:, None, None]


def happens(generator: torch.Generator, num: int, p: float) -> Tensor:
    """Bool [N], true with probability `p`."""
    return torch.rand(num, generator=generator) < p


def uniform(generator: torch.Generator, num: int, low: float, high: float) -> Tensor:
    """Float32 [N], uniform on [low, high)."""
    return torch.rand(num, generator=generator) * (high - low) + low
