"""Whitening MSE (Ermolov et al. 2021, eqs. 4 to 6).

    L = mean (2 - 2 cos(W_1 (z_1 - m_1), W_2 (z_2 - m_2))),   W L = I for the lower Cholesky factor L of the covariance S, or W = S^(-1/2)
each view and each group of `size` consecutive samples for itself; covariance unbiased, (1 - eps) S + eps I.
N batch, D features.
"""

import numpy as np
import numpy.typing as npt
from scipy.linalg import sqrtm

from .result import FloatArray, Loss, loss_from_parts
from .sphere import as_matrices, unit_rows


def loss(z1: npt.ArrayLike, z2: npt.ArrayLike, *, size: int, eps: float = 0.0, root: bool = False) -> Loss:
    """z1, z2 [N D] -> the loss; the marginal part is a constraint."""
    u, v = (unit_rows(white(z, size=size, eps=eps, root=root)) for z in as_matrices(z1, z2))
    return loss_from_parts(joint=-float((2 - 2 * (u * v).sum(axis=1)).mean()), marginal=0.0)


def white(z: FloatArray, *, size: int, eps: float, root: bool = False) -> FloatArray:
    """z [N D] -> [N D]."""
    parts = []
    for start in range(0, len(z), size):
        group = z[start : start + size]
        mixed = (1 - eps) * np.cov(group, rowvar=False) + eps * np.eye(z.shape[1])
        inverse = np.linalg.inv(sqrtm(mixed)) if root else np.linalg.inv(np.linalg.cholesky(mixed))
        parts.append((group - group.mean(axis=0)) @ inverse.T)
    return np.vstack(parts)
