"""The 1,797 real handwritten digits of scikit-learn, 8x8 pixels each: which of them train and which test, and how one is drawn.

Every embedded data set of digits takes its handwriting from here, so that none has in training what another tests.
"""

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
import torch
from sklearn.datasets import load_digits

NUM_TEST = 360
NUM_VALIDATION = 288

Images = npt.NDArray[np.float32]
Numbers = npt.NDArray[np.float64]
Labels = npt.NDArray[np.int64]


def glyphs() -> tuple[Images, Labels]:
    """Ink from 0 to 1 [1797 8 8] and labels [1797]."""
    digits: Any = load_digits()
    return (digits.images / 16.0).astype(np.float32), digits.target.astype(np.int64)


def order() -> Sequence[int]:
    """The numbers of all digits, those that test first; always the same."""
    return np.random.default_rng(0).permutation(len(glyphs()[1])).tolist()


def sources(split: str, *, validation: bool = False) -> Sequence[int]:
    """The numbers of the digits that `train` or `test`; for `validation` those that train, split once more, to choose settings by."""
    tested, trained = order()[:NUM_TEST], order()[NUM_TEST:]
    if validation:
        tested, trained = trained[:NUM_VALIDATION], trained[NUM_VALIDATION:]
    return trained if split == "train" else tested


def draw(glyphs: Images, side: int, *, angles: Numbers, sizes: Numbers, middles: Numbers) -> Images:
    """Glyphs [N n n] on empty canvases [N S S], S = `side`: turned by `angles` [N] in radians, `sizes` [N] pixels wide, their middles (x, y)
    `middles` [N 2] pixels from those of the canvases."""
    pixel = np.arange(side) - (side - 1) / 2
    x, y = (grid - middles[:, axis, None, None] for axis, grid in enumerate(np.meshgrid(pixel, pixel)))
    cos, sin = np.cos(angles)[:, None, None], np.sin(angles)[:, None, None]
    turned = np.stack((cos * x + sin * y, cos * y - sin * x), axis=-1)
    grid = torch.from_numpy(
        turned * (2 / sizes[:, None, None, None])
    ).float()  # from -1 to 1 between a glyph's outer edges
    return torch.nn.functional.grid_sample(torch.from_numpy(glyphs)[:, None], grid, align_corners=False)[:, 0].numpy()
