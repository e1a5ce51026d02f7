"""The embedded data set: scikit-learn's 1,797 real handwritten digits as cluttered 32x32 images.

Placement, size, contrast and clutter are random, so that raw pixels say little about the digit. Splits are by source digit: no handwriting is
in both. A training digit is rendered once, a test digit twice. Legend: N images, S = 32.
"""

from typing import Any

import numpy as np
import numpy.typing as npt
import torch
from sklearn.datasets import load_digits
from torch import Tensor

SIZE = 32
NUM_TEST_SOURCES = 360
TRAIN_RENDERINGS = 1
TEST_RENDERINGS = 2

Image = npt.NDArray[np.float32]


def load(split: str) -> tuple[Tensor, Tensor]:
    """uint8 images [N 3 32 32] and int64 labels [N] of `train` or `test`; always the same."""
    digits: Any = load_digits()
    order = np.random.default_rng(0).permutation(len(digits.target))
    sources = order[NUM_TEST_SOURCES:] if split == "train" else order[:NUM_TEST_SOURCES]
    renderings = TRAIN_RENDERINGS if split == "train" else TEST_RENDERINGS
    random = np.random.default_rng(1 if split == "train" else 2)
    images = np.empty((len(sources) * renderings, 3, SIZE, SIZE), dtype=np.uint8)
    for index, source in enumerate(np.repeat(sources, renderings)):
        glyph = (digits.images[source] / 16.0).astype(np.float32)
        images[index] = _render(glyph, digits.images[sources], random)
    labels = np.repeat(digits.target[sources], renderings)
    return torch.from_numpy(images), torch.from_numpy(labels.astype(np.int64))


def _render(glyph: Image, others: npt.NDArray[np.float64], random: np.random.Generator) -> npt.NDArray[np.uint8]:
    background = random.uniform(0.0, 0.1)
    ink = background + random.uniform(0.75, 0.95)
    canvas = np.full((SIZE, SIZE), background)
    for _ in range(2):  # middles of other digits, fainter than the digit
        piece = others[random.integers(len(others))][2:6, 2:6].astype(np.float32) / 16.0
        level = background + random.uniform(0.0, 0.2)
        _blend(canvas, _resize(piece, int(random.integers(4, 8))), random, level, inside=False)
    _blend(canvas, _resize(glyph, int(random.integers(12, 20))), random, ink, inside=True)
    canvas += random.normal(0.0, 0.03, size=canvas.shape)
    gray = (np.clip(canvas, 0.0, 1.0) * 255).astype(np.uint8)
    return np.broadcast_to(gray, (3, SIZE, SIZE))


def _resize(glyph: Image, size: int) -> Image:
    tensor = torch.from_numpy(glyph)[None, None]
    return torch.nn.functional.interpolate(tensor, size=(size, size), mode="bilinear", align_corners=False)[
        0, 0
    ].numpy()


def _blend(
    canvas: npt.NDArray[np.float64],
    alpha: Image,
    random: np.random.Generator,
    level: float,
    *,
    inside: bool,
) -> None:
    size = alpha.shape[0]
    low, high = (0, SIZE - size + 1) if inside else (-size // 2, SIZE - size // 2)
    top, left = (int(random.integers(low, high)) for _ in range(2))
    rows, columns = slice(max(0, top), min(SIZE, top + size)), slice(max(0, left), min(SIZE, left + size))
    weight = alpha[rows.start - top : rows.stop - top, columns.start - left : columns.stop - left]
    canvas[rows, columns] = canvas[rows, columns] * (1 - weight) + level * weight
