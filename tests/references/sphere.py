"""Float64 matrices and the l2 normalisation of their rows, with its derivative.

N rows, D features.
"""

import numpy as np
import numpy.typing as npt

from .result import FloatArray


def as_matrices(*values: npt.ArrayLike) -> tuple[FloatArray, ...]:
    """Copies of the inputs as float64 [N D] arrays of one common shape.

    Raises ValueError when an input is not a matrix, or when shapes differ: a reference must not broadcast.
    """
    arrays = tuple(np.array(value, dtype=np.float64) for value in values)
    shapes = {array.shape for array in arrays}
    if len(shapes) != 1 or arrays[0].ndim != 2:
        raise ValueError(f"expected matrices of one shape [N D], got {[array.shape for array in arrays]}")
    return arrays


def unit_rows(z: FloatArray) -> FloatArray:
    """z [N D] -> z / |z| row by row. No epsilon, as in the papers; a row of zeros has no direction and is refused."""
    norms = np.sqrt((z * z).sum(axis=1, keepdims=True))
    if not np.all(norms > 0):
        raise ValueError("a row of zeros has no direction on the sphere")
    return z / norms


def through_unit_rows(z: FloatArray, gradient: FloatArray) -> FloatArray:
    """Pulls dL/dz_hat [N D] back to dL/dz: (I - z_hat z_hat^T) g / |z|."""
    norms = np.sqrt((z * z).sum(axis=1, keepdims=True))
    direction = z / norms
    radial = (gradient * direction).sum(axis=1, keepdims=True)
    return (gradient - radial * direction) / norms
