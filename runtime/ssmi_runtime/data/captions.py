"""Captions of procedural shapes: what a person might write under such an image, as token ids.

    a small red ring at the top left on green        one of several word orders, each detail left out now and then

Legend: N captions, L tokens.
"""

import math
from collections.abc import Iterator, Mapping

import numpy as np
import numpy.typing as npt

COLORS: Mapping[str, tuple[float, float, float]] = {
    "black": (0.0, 0.0, 0.0),
    "white": (1.0, 1.0, 1.0),
    "gray": (0.5, 0.5, 0.5),
    "red": (0.9, 0.15, 0.15),
    "green": (0.15, 0.75, 0.2),
    "blue": (0.15, 0.25, 0.9),
    "yellow": (0.9, 0.85, 0.2),
    "purple": (0.6, 0.2, 0.7),
    "orange": (0.95, 0.55, 0.15),
    "pink": (0.95, 0.6, 0.75),
    "brown": (0.45, 0.28, 0.12),
    "cyan": (0.2, 0.8, 0.85),
}
SHAPES = ("disc", "ring", "square", "triangle", "cross", "bar")
SIZES = ("small", "medium", "large")
ROWS, COLUMNS = ("top", "middle", "bottom"), ("left", "center", "right")
FILLERS = ("a", "at", "the", "on", "in", "with", "ground")
# id 0 is padding
VOCABULARY = ("", *dict.fromkeys((*FILLERS, *SHAPES, *SIZES, *ROWS, *COLUMNS, *COLORS)))
# how often a detail is written down
MENTIONED = 0.8

Floats = npt.NDArray[np.float32]


def captions(
    factors: Mapping[str, npt.NDArray[np.generic]], size: int, length: int, seed: list[int]
) -> npt.NDArray[np.int64]:
    """int64 [N L] for the factors of `shapes` (see `ssmi_runtime.data.shapes`) on images of `size` pixels; a function of its arguments only."""
    random = np.random.default_rng([*seed, 1])
    ids = {word: index for index, word in enumerate(VOCABULARY)}
    tokens = np.zeros((len(factors["shape"]), length), dtype=np.int64)
    for index in range(len(tokens)):
        words = [ids[word] for word in _words({name: value[index] for name, value in factors.items()}, size, random)]
        tokens[index, : len(words)] = words
    return tokens


def text_of(tokens: npt.NDArray[np.int64]) -> str:
    """The words of one caption [L]."""
    return " ".join(VOCABULARY[token] for token in tokens if token)


def _words(factors: Mapping[str, npt.NDArray[np.generic]], size: int, random: np.random.Generator) -> Iterator[str]:
    radius = float(factors["scale"]) / size
    place = [
        names[min(2, math.floor(3 * float(factors[axis]) / size))] for names, axis in ((ROWS, "y"), (COLUMNS, "x"))
    ]
    says_size, says_place, says_ground = random.random(3) < MENTIONED
    where = ["at", "the", *place] if says_place else []
    noun = [SIZES[min(2, math.floor((radius - 0.15) / 0.05))]] if says_size else []
    noun += [_nearest(factors["color"]), SHAPES[int(factors["shape"])]]
    ground = ["on", _nearest(factors["background"])] if says_ground else []
    parts = [["a", *noun], where, ground] if random.random() < 0.5 else [where, ["a", *noun], ground]
    for part in parts:
        yield from part


def _nearest(color: npt.NDArray[np.generic]) -> str:
    return min(
        COLORS, key=lambda name: float(np.square(np.asarray(COLORS[name]) - np.asarray(color, dtype=np.float64)).sum())
    )
