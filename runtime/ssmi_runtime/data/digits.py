"""The embedded data set: real handwritten digits (data/handwriting.py) as cluttered 32x32 images.

Place, size, slant, contrast and clutter are random, so that raw pixels say little about the digit. A training digit is rendered once, a test
digit twice. Legend: N images, S = 32.
"""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor

from ssmi_runtime.data import handwriting
from ssmi_runtime.data.handwriting import Images

SIZE = 32
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

Labelled = tuple[Tensor, Tensor]


def load(split: str, *, validation: bool = False) -> Labelled:
    """uint8 images [N 3 32 32] and int64 labels [N] of `train` or `test`; always the same. For `validation` both are of training digits."""
    renderings, seed = (TRAIN_RENDERINGS, 1) if split == "train" else (TEST_RENDERINGS, 2)
    return _present(handwriting.sources(split, validation=validation), renderings=renderings, seed=seed)


def draw_all() -> Tensor:
    """uint8 images [1797 3 32 32], one drawing of every digit, in the order of scikit-learn; always the same."""
    images, _ = _present(range(len(handwriting.order())), renderings=1, seed=3)
    return images


def _present(sources: Sequence[int], *, renderings: int, seed: int) -> Labelled:
    every, labels = handwriting.glyphs()
    glyphs = every[sources]
    random = np.random.default_rng(seed)
    rendered = [_render(glyph, glyphs, random) for glyph in glyphs for _ in range(renderings)]
    images = torch.from_numpy(np.stack(rendered))[:, None].expand(-1, 3, -1, -1).contiguous()
    return images, torch.from_numpy(np.repeat(labels[sources], renderings))


def _render(glyph: Images, others: Images, random: np.random.Generator) -> npt.NDArray[np.uint8]:
    ink = np.zeros((SIZE, SIZE), dtype=np.float32)
    for _ in range(NUM_CLUTTER):  # middles of other digits, fainter than the digit
        piece = others[random.integers(len(others))][2:6, 2:6]
        size, middle = random.uniform(4.0, 8.0), random.uniform(-SIZE / 2, SIZE / 2, size=2)
        cover = _place(piece, angle=random.uniform(-np.pi, np.pi), size=size, middle=middle)
        ink = ink * (1 - cover) + random.uniform(*CLUTTER_LEVELS) * cover
    size = random.uniform(*GLYPH_SIZES)
    room = (SIZE - size) / 2
    cover = _place(
        glyph,
        angle=np.radians(random.uniform(-ROTATION, ROTATION)),
        size=size,
        middle=random.uniform(-room, room, size=2),
    )
    ink = ink * (1 - cover) + cover
    canvas = random.uniform(*BACKGROUNDS) + random.uniform(*CONTRASTS) * ink
    canvas += random.normal(0.0, NOISE, size=canvas.shape)
    return (np.clip(canvas, 0.0, 1.0) * 255).astype(np.uint8)


def _place(glyph: Images, *, angle: float, size: float, middle: npt.NDArray[np.float64]) -> Images:
    angles, sizes = np.array([angle]), np.array([size])
    return handwriting.draw(glyph[None], SIZE, angles=angles, sizes=sizes, middles=middle[None])[0]
