"""What one augmentation is: noise drawn outside the graph, and a pure function of planes and noise inside it.

Legend: N batch, C channels (1 or 3), H height, W width.
"""

from collections.abc import Mapping
from typing import Protocol, TypeAlias, runtime_checkable

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


@runtime_checkable
class Geometry(Protocol):
    """An operation that moves pixels."""

    def sources(self, noise: Noise, size: Size) -> Tensor:
        """[N 2 3] or [1 2 3]: from a place in the result to the place in the input, of `size` pixels, that is shown there.

        Places are (x, y) in pixels from the upper left corner of an image: the centre of its first pixel is (½, ½).
        """
        ...


def about_center(size: Size, linear: Tensor, shift: Tensor) -> Tensor:
    """linear [N 2 2] and shift [N 2], of coordinates from an image's centre -> [N 2 3], of coordinates from its corner."""
    # no constant tensor: a traced step keeps none
    x, y = size[1] / 2, size[0] / 2
    moved = linear[:, :, 0] * x + linear[:, :, 1] * y
    offset = torch.stack((shift[:, 0] + x - moved[:, 0], shift[:, 1] + y - moved[:, 1]), dim=1)
    return torch.cat((linear, offset[:, :, None]), dim=2)


def chain(first: Tensor, second: Tensor) -> Tensor:
    """Affine maps [N 2 3] -> the map p -> first(second(p)) [N 2 3]."""
    linear, shift = first[:, :, :2], first[:, :, 2:]
    return torch.cat((linear @ second[:, :, :2], linear @ second[:, :, 2:] + shift), dim=2)


def scale_and_shift(scale: Tensor, shift: Tensor) -> Tensor:
    """scale, shift [N 2] -> [N 2 3], the map p -> scale p + shift of each coordinate by itself."""
    return torch.cat((torch.diag_embed(scale), shift[:, :, None]), dim=2)


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
