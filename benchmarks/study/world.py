"""What the methods of the study see: correlated vectors, pictures of them, texts of them, and graphs of them. Legend: N batch, D features, S picture size,
L tokens.

Two views of a vector x ~ N(0, I) are x + s e with independent e ~ N(0, I). A picture holds the vector as its lowest D cosine frequencies, so a
picture of a view has the information of the view, and hidden patches can be told from the others. A text holds a token for the sign of each
coordinate of a view. A graph has a node for each of several views of a vector, joined in a ring.
"""

import math
from collections.abc import Mapping

import torch
from torch import Tensor

from ssmi_compiler.augment import Augmentation
from ssmi_compiler.augment.operation import Size
from ssmi_dsl.components.datasets import TextInfo
from study.shrink import FEATURES, NOISE

SIDE = 8
# pixels of variance 1
SCALE = SIDE / math.sqrt(FEATURES)
# a word for each sign of each coordinate; 0 is padding
TEXT = TextInfo(vocabulary=2 * FEATURES + 1, length=FEATURES)
# nodes that are views of one vector
RING = 4


class Pictures(Augmentation):
    """Noise is added to the vectors, and the result is shown as pictures: vectors float32 [N D] -> float32 [N 1 S S]."""

    def __call__(self, images: Tensor, noise: Mapping[str, Tensor]) -> Tensor:
        return pictures(super().__call__(images, noise))

    def output_size(self, size: Size) -> Size:
        return SIDE, SIDE

    def sources(self, noise: Mapping[str, Tensor], num: int, size: Size, device: torch.device) -> Tensor:
        """Both views of a vector show it in the same places."""
        return torch.eye(2, 3, device=device).expand(num, 2, 3)


def pictures(vectors: Tensor) -> Tensor:
    """[N D] -> [N 1 S S], linear and injective."""
    waves = _cosines().to(vectors.dtype)
    grid = vectors.unflatten(1, (waves.shape[1], waves.shape[1]))
    return SCALE * (waves @ grid @ waves.T)[:, None]


def texts(vectors: Tensor, generator: torch.Generator) -> Tensor:
    """Vectors [N D] -> int64 [N L], the signs of another view of them."""
    view = vectors + NOISE * torch.randn(vectors.shape, generator=generator)
    return 1 + 2 * torch.arange(FEATURES) + (view > 0)


def ring(vectors: Tensor, nodes: int, generator: torch.Generator) -> tuple[Tensor, Tensor]:
    """Features [N D] and edges [N N] of N = `nodes` nodes, each a view of one of the vectors [M D], M = ⌈N / RING⌉, joined to the one before and
    the one behind it among the views of its vector."""
    shown = vectors.repeat_interleave(RING, dim=0)[:nodes]
    features = shown + NOISE * torch.randn(shown.shape, generator=generator)
    number = torch.arange(nodes)
    same = number[:, None] // RING == number[None, :] // RING
    steps = (number[:, None] - number[None, :]) % RING
    return features, (same & ((steps == 1) | (steps == RING - 1))).float()


def _cosines() -> Tensor:
    """[S √D], orthonormal columns: the lowest frequencies of the cosine transform."""
    count = math.isqrt(FEATURES)
    frequency = torch.arange(count)
    angles = math.pi * (torch.arange(SIDE)[:, None] + 0.5) * frequency[None, :] / SIDE
    return angles.cos() * ((1 + (frequency > 0)) / SIDE).sqrt()
