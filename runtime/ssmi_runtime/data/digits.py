"""The embedded data set: scikit-learn's 1,797 real handwritten digits as cluttered 32x32 images.

Place, size, slant, contrast and clutter are random, so that raw pixels say little about the digit. Splits are by source digit: no
handwriting is in both. A training digit is rendered once, a test digit twice. Legend: N images, S = 32.
"""

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
import torch
from sklearn.datasets import load_digits
from torch import Tensor

SIZE = 32
NUM_TEST_SOURCES = 360
NUM_VALIDATION_SOURCES = 288
TRAIN_RENDERINGS = 1
TEST_RENDERINGS = 2
# ranges of what is random: pixels, degrees, fractions of full brightness
GLYPH_SIZES = (14.0, 18.0)
ROTATION = 10.0
BACKGROUNDS = (0.0, 0.1)
CONTRASTS = (0.7, 0.9)
NUM_CLUTTER = 2
CLUTTER_LEVELS = (0.0, 0.2)
NOISE = 0.03

Image = npt.NDArray[np.float32]
Labelled = tuple[Tensor, Tensor]


def load(split: str) -> Labelled:
    """uint8 images [N 3 32 32] and int64 labels [N] of `train` or `test`; always the same."""
    if split == "train":
        return _present(_sources()[NUM_TEST_SOURCES:], renderings=TRAIN_RENDERINGS, seed=1)
    return _present(_sources()[:NUM_TEST_SOURCES], renderings=TEST_RENDERINGS, seed=2)


def load_validation() -> dict[str, Labelled]:
    """The training digits split once more, into `train` and `test`, to choose settings by; no digit of the test set is among them."""
    sources = _sources()[NUM_TEST_SOURCES:]
    held_out, rest = sources[:NUM_VALIDATION_SOURCES], sources[NUM_VALIDATION_SOURCES:]
    return {
        "train": _present(rest, renderings=TRAIN_RENDERINGS, seed=1),
        "test": _present(held_out, renderings=TEST_RENDERINGS, seed=2),
    }


def draw_all() -> Tensor:
    """uint8 images [1797 3 32 32], one drawing of every digit, in the order of scikit-learn; always the same."""
    digits: Any = load_digits()
    images, _ = _present(range(len(digits.target)), renderings=1, seed=3)
    return images


def source_order() -> Sequence[int]:
    """The numbers of scikit-learn's digits, those of the test set first."""
    return _sources()


def _sources() -> Sequence[int]:
    digits: Any = load_digits()
    return np.random.default_rng(0).permutation(len(digits.target)).tolist()


def _present(sources: Sequence[int], *, renderings: int, seed: int) -> Labelled:
    digits: Any = load_digits()
    glyphs = (digits.images[sources] / 16.0).astype(np.float32)
    random = np.random.default_rng(seed)
    rendered = [_render(glyph, glyphs, random) for glyph in glyphs for _ in range(renderings)]
    images = torch.from_numpy(np.stack(rendered))[:, None].expand(-1, 3, -1, -1).contiguous()
    return images, torch.from_numpy(np.repeat(digits.target[sources], renderings).astype(np.int64))


def _render(glyph: Image, others: Image, random: np.random.Generator) -> npt.NDArray[np.uint8]:
    ink = np.zeros((SIZE, SIZE), dtype=np.float32)
    for _ in range(NUM_CLUTTER):  # middles of other digits, fainter than the digit
        piece = others[random.integers(len(others))][2:6, 2:6]
        size, place = random.uniform(4.0, 8.0), random.uniform(-SIZE / 2, SIZE / 2, size=2)
        cover = _place(piece, angle=random.uniform(-np.pi, np.pi), size=size, place=place)
        ink = ink * (1 - cover) + random.uniform(*CLUTTER_LEVELS) * cover
    size = random.uniform(*GLYPH_SIZES)
    room = (SIZE - size) / 2
    cover = _place(
        glyph,
        angle=np.radians(random.uniform(-ROTATION, ROTATION)),
        size=size,
        place=random.uniform(-room, room, size=2),
    )
    ink = ink * (1 - cover) + cover
    canvas = random.uniform(*BACKGROUNDS) + random.uniform(*CONTRASTS) * ink
    canvas += random.normal(0.0, NOISE, size=canvas.shape)
    return (np.clip(canvas, 0.0, 1.0) * 255).astype(np.uint8)


def _place(glyph: Image, *, angle: float, size: float, place: npt.NDArray[np.float64]) -> Image:
    """The glyph [n n] on an empty canvas [S S]: turned by `angle`, `size` pixels wide, its middle `place` (x, y) pixels from the canvas's."""
    pixel = np.arange(SIZE) - (SIZE - 1) / 2
    x, y = np.meshgrid(pixel - place[0], pixel - place[1])
    turned = np.stack((np.cos(angle) * x + np.sin(angle) * y, np.cos(angle) * y - np.sin(angle) * x), axis=-1)
    grid = torch.from_numpy(turned * (2 / size)).float()[None]  # from -1 to 1 between the glyph's outer edges
    return torch.nn.functional.grid_sample(torch.from_numpy(glyph)[None, None], grid, align_corners=False)[0, 0].numpy()
