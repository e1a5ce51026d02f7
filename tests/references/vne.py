"""Invariance and von Neumann entropy (Kim et al. 2023, eqs. 3 and 4).

    L = -mean cos(z, z') - (S(z) + S(z')) / 2,   S = -tr(rho log rho),   rho = Z^T Z / N of rows of norm 1
N batch, D features.
"""

import numpy as np
import numpy.typing as npt

from .result import FloatArray, Loss, loss_from_parts
from .sphere import as_matrices, unit_rows


def loss(z1: npt.ArrayLike, z2: npt.ArrayLike) -> Loss:
    """z1, z2 [N D] -> the loss."""
    u, v = (unit_rows(z) for z in as_matrices(z1, z2))
    return loss_from_parts(joint=(u * v).sum(axis=1).mean(), marginal=-(entropy(u) + entropy(v)) / 2)


def entropy(unit: FloatArray) -> float:
    """unit [N D] -> von Neumann entropy in nats, from the singular values."""
    squares = np.linalg.svd(unit, compute_uv=False) ** 2 / len(unit)
    squares = squares[squares > 1e-14]
    return float(-(squares * np.log(squares)).sum())
