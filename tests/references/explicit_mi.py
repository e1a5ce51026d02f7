"""Mutual information of jointly Gaussian embeddings (Chang et al. 2024, theorem 1), eps on the diagonals.

    I = 1/2 log det C_11 + 1/2 log det C_22 - 1/2 log det C
N batch, D features.
"""

import numpy as np
import numpy.typing as npt

from .result import Loss, loss_from_parts
from .sphere import as_matrices


def loss(z1: npt.ArrayLike, z2: npt.ArrayLike, *, eps: float) -> Loss:
    """z1, z2 [N D] -> minus the information."""
    z1, z2 = as_matrices(z1, z2)
    width = z1.shape[1]
    both = np.cov(np.hstack([z1, z2]), rowvar=False)
    blocks = (both, both[:width, :width], both[width:, width:])
    logs = [np.log(np.linalg.eigvalsh(block + eps * np.eye(len(block)))).sum() for block in blocks]
    return loss_from_parts(joint=-logs[0] / 2, marginal=-(logs[1] + logs[2]) / 2)


def canonical(z1: npt.ArrayLike, z2: npt.ArrayLike) -> float:
    """The same without eps, from canonical correlations: -1/2 sum log(1 - rho^2)."""
    first, second = (np.linalg.qr(z - z.mean(axis=0))[0] for z in as_matrices(z1, z2))
    return float(-0.5 * np.log1p(-(np.linalg.svd(first.T @ second, compute_uv=False) ** 2)).sum())
