"""Barlow Twins: the cross-correlation matrix is pulled to the identity (Zbontar et al. 2021, eqs. 1 and 2).

    C_ij = sum_b z1_bi z2_bj / ( sqrt(sum_b z1_bi^2) sqrt(sum_b z2_bj^2) ),   z mean-centred over the batch
    L = sum_i (1 - C_ii)^2 + lambda sum_i sum_{j != i} C_ij^2

Eq. 2 is the exact correlation, that is a biased standard deviation (division by N) and no epsilon: eps = 0 here.
The official code standardises with `BatchNorm1d(affine=False)`: biased variance too, but x = (z - mean)/sqrt(var + eps)
with eps = 1e-5, so C_ij shrinks by sqrt(v1_i/(v1_i + eps)) sqrt(v2_j/(v2_j + eps)); C_ii stays below 1, and a dead
feature gives C = 0 instead of 0/0. The pseudo-code of algorithm 1 divides by the unbiased deviation, C (N - 1)/N.
`scale` is not in the paper (the whole loss is multiplied by it).
N batch, D features.
"""

import numpy as np
import numpy.typing as npt

from .result import FloatArray, Gradients, Loss, loss_from_parts
from .sphere import as_matrices

DETACHED: frozenset[str] = frozenset()


def loss(z1: npt.ArrayLike, z2: npt.ArrayLike, *, off_diagonal: float, scale: float = 1.0, eps: float = 0.0) -> Loss:
    """z1, z2 [N D] -> joint = -scale sum (1 - C_ii)^2, marginal = scale lambda sum_{i != j} C_ij^2.

    off_diagonal is the paper's lambda; eps = 1e-5 gives the official code's value.
    """
    z1, z2 = as_matrices(z1, z2)
    correlation = cross_correlation(z1, z2, eps=eps)
    diagonal = np.diagonal(correlation)
    off = correlation - np.diag(diagonal)
    return loss_from_parts(
        joint=-scale * ((1 - diagonal) ** 2).sum(),
        marginal=scale * off_diagonal * (off**2).sum(),
    )


def gradients(
    z1: npt.ArrayLike, z2: npt.ArrayLike, *, off_diagonal: float, scale: float = 1.0, eps: float = 0.0
) -> Gradients:
    """d total / d z1 and d z2, each [N D], through the batch statistics."""
    z1, z2 = as_matrices(z1, z2)
    (x1, deviation1), (x2, deviation2) = _standardise(z1, eps), _standardise(z2, eps)
    correlation = x1.T @ x2 / len(z1)
    diagonal = np.diag(np.diagonal(correlation))
    identity = np.eye(z1.shape[1])
    wrt_correlation = 2 * scale * (diagonal - identity + off_diagonal * (correlation - diagonal))
    return {
        "z1": _through_standardise(x1, deviation1, x2 @ wrt_correlation.T / len(z1)),
        "z2": _through_standardise(x2, deviation2, x1 @ wrt_correlation / len(z1)),
    }


def cross_correlation(z1: npt.ArrayLike, z2: npt.ArrayLike, *, eps: float = 0.0) -> FloatArray:
    """C [D D] of eq. 2; rows are features of z1, columns features of z2."""
    z1, z2 = as_matrices(z1, z2)
    return _standardise(z1, eps)[0].T @ _standardise(z2, eps)[0] / len(z1)


def _standardise(z: FloatArray, eps: float) -> tuple[FloatArray, FloatArray]:
    deviation = np.sqrt(((z - z.mean(axis=0)) ** 2).mean(axis=0) + eps)
    if not np.all(deviation > 0):
        raise ValueError("a constant feature has no correlation; give eps > 0")
    return (z - z.mean(axis=0)) / deviation, deviation


def _through_standardise(x: FloatArray, deviation: FloatArray, gradient: FloatArray) -> FloatArray:
    """Pulls dL/dx [N D] back to dL/dz: (g - mean g - x mean(g x)) / deviation, exact for any eps."""
    return (gradient - gradient.mean(axis=0) - x * (gradient * x).mean(axis=0)) / deviation
