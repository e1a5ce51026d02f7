"""Procedural shapes with known factors: one antialiased figure on a plain ground. Legend: N images, S = info.size.

A figure is {(x, y): signed distance < 0} in its own rotated frame of radius `scale` pixels; a pixel's cover is the distance clipped to one pixel.
"""

import math

import numpy as np
import numpy.typing as npt
import torch

from ssmi_dsl.components.datasets import DatasetInfo
from ssmi_runtime.data.captions import captions
from ssmi_runtime.data.dataset import Dataset
from ssmi_runtime.errors import DatasetError

CLASSES = ("disc", "ring", "square", "triangle", "cross", "bar")
MIN_CONTRAST = 0.35

Array = npt.NDArray[np.float64]


def load(info: DatasetInfo, split: str, *, num: int | None = None, seed: int = 0) -> Dataset:
    """A function of (split, num, seed) only; labels index CLASSES.

    `factors`: `shape` int64 [N]; `x`, `y` centre, pixels; `scale` radius, pixels; `angle` radians; `color`, `background` [N 3] in [0, 1]: float32.
    `texts`: a caption of each image, see `ssmi_runtime.data.captions`.
    """
    default = info.num_train if split == "train" else info.num_test
    count = default if num is None else num
    if count is None or count < 1:
        raise DatasetError(f"shapes needs num >= 1, got num={count}")
    size = info.size
    random = np.random.default_rng([seed, split == "test"])
    labels = random.permutation(np.arange(count) % len(CLASSES))
    scale = random.uniform(0.15, 0.3, count) * size
    x, y = (random.uniform(scale, size - scale) for _ in range(2))
    angle = random.uniform(0.0, 2.0 * math.pi, count)
    background = random.uniform(0.0, 1.0, (count, 3))
    away = np.where(background > 0.5, -1.0, 1.0)
    color = background + away * random.uniform(MIN_CONTRAST, 0.5, (count, 3))
    images = np.empty((count, 3, size, size), dtype=np.uint8)
    for index, label in enumerate(labels):
        cover = _cover(CLASSES[label], size, x[index], y[index], scale[index], angle[index])
        ground, ink = background[index, :, None, None], color[index, :, None, None]
        images[index] = np.rint(255.0 * (ground + (ink - ground) * cover))
    factors: dict[str, npt.NDArray[np.generic]] = {
        "shape": labels.astype(np.int64),
        **{
            name: value.astype(np.float32)
            for name, value in {
                "x": x,
                "y": y,
                "scale": scale,
                "angle": angle,
                "color": color,
                "background": background,
            }.items()
        },
    }
    tensors = {name: torch.from_numpy(value) for name, value in factors.items()}
    numbers = {"num_train" if split == "train" else "num_test": count}
    assert info.text is not None
    texts = torch.from_numpy(captions(factors, size, info.text.length, [seed, split == "test"]))
    whole = info._replace(**numbers)
    return Dataset(torch.from_numpy(images), tensors["shape"].clone(), info.name, whole, tensors, texts)


def _cover(shape: str, size: int, x: float, y: float, scale: float, angle: float) -> Array:
    """The fraction [S S] of each pixel that the figure covers."""
    rows, columns = np.mgrid[:size, :size] + 0.5
    dx, dy = columns - x, rows - y
    u = (math.cos(angle) * dx + math.sin(angle) * dy) / scale
    v = (math.cos(angle) * dy - math.sin(angle) * dx) / scale
    return np.clip(0.5 - _distance(shape, u, v) * scale, 0.0, 1.0)


def _distance(shape: str, u: Array, v: Array) -> Array:
    """Signed distance [S S] to the figure of radius 1, exact inside and near its edges."""
    radius = np.hypot(u, v)
    match shape:
        case "disc":
            return radius - 0.9
        case "ring":
            return np.abs(radius - 0.72) - 0.2
        case "square":
            return np.maximum(np.abs(u), np.abs(v)) - 0.7
        case "triangle":
            return np.maximum(np.abs(u) * math.sqrt(3.0) / 2.0 + v / 2.0, -v) - 0.5
        case "cross":
            arms = np.maximum(np.abs(u), np.abs(v)) - 0.95
            return np.maximum(arms, np.minimum(np.abs(u), np.abs(v)) - 0.28)
        case _:
            return np.maximum(np.abs(u) - 0.95, np.abs(v) - 0.28)
