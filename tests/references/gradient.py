"""Numerical gradients in float64, to check the analytic ones."""

from collections.abc import Callable, Mapping
from itertools import pairwise

import numpy as np
import numpy.typing as npt

from .result import FloatArray, Gradients

LEVELS = 3


def numerical_gradients(
    function: Callable[..., float], inputs: Mapping[str, npt.ArrayLike], *, step: float = 2e-3
) -> Gradients:
    """dfunction/dinput for every array input, by central differences and Richardson extrapolation.

    function is called with the inputs as keywords and returns a scalar. Error O(step^6) plus rounding of about
    1e-13 times the value; function must be smooth within `step` of the inputs (mind hinges).
    """
    arrays = {name: np.array(value, dtype=np.float64) for name, value in inputs.items()}
    return {name: _gradient(function, arrays, name, step) for name in arrays}


def relative_error(actual: npt.ArrayLike, expected: npt.ArrayLike) -> float:
    """max |actual - expected| / max |expected|; the absolute error where `expected` is zero."""
    actual, expected = np.asarray(actual, dtype=np.float64), np.asarray(expected, dtype=np.float64)
    if actual.shape != expected.shape:
        raise ValueError(f"shapes differ: {actual.shape} and {expected.shape}")
    scale = float(np.abs(expected).max()) or 1.0
    return float(np.abs(actual - expected).max()) / scale


def _gradient(function: Callable[..., float], arrays: Gradients, name: str, step: float) -> FloatArray:
    result = np.empty_like(arrays[name])
    for index in np.ndindex(result.shape):
        result[index] = _derivative(function, arrays, name, index, step)
    return result


def _derivative(
    function: Callable[..., float], arrays: Gradients, name: str, index: tuple[int, ...], step: float
) -> float:
    def at(offset: float) -> float:
        moved = arrays[name].copy()
        moved[index] += offset
        return function(**{**arrays, name: moved})

    steps = [step / 2**level for level in range(LEVELS)]
    column = [(at(h) - at(-h)) / (2 * h) for h in steps]
    for order in range(1, LEVELS):
        column = [(4**order * fine - coarse) / (4**order - 1) for coarse, fine in pairwise(column)]
    return column[0]
