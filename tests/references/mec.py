"""Maximum entropy coding (Liu et al. 2022, eqs. 5 and 6), without the factor mu.

    L = -log det(I + C) ~ -tr sum_{k=1}^{n} (-1)^(k+1) C^k / k,   C = D / (N eps2) Z_1^T Z_2 of rows of norm 1
N batch, D features.
"""

import numpy as np
import numpy.typing as npt

from .result import Loss, loss_from_parts
from .sphere import as_matrices, unit_rows


def loss(z1: npt.ArrayLike, z2: npt.ArrayLike, *, distortion: float, order: int = 4) -> Loss:
    """z1, z2 [N D] -> the loss; the joint part is the first term. The eigenvalues of C give the traces of its powers."""
    u, v = (unit_rows(z) for z in as_matrices(z1, z2))
    eigenvalues = np.linalg.eigvals(u.shape[1] / (len(u) * distortion) * u.T @ v)
    series = [(-1) ** (k + 1) / k * (eigenvalues**k).sum().real for k in range(1, order + 1)]
    return loss_from_parts(joint=series[0], marginal=-sum(series[1:]))


def exact(z1: npt.ArrayLike, z2: npt.ArrayLike, *, distortion: float) -> float:
    """The determinant that the series expands."""
    u, v = (unit_rows(z) for z in as_matrices(z1, z2))
    coding = u.shape[1] / (len(u) * distortion) * u.T @ v
    return -float(np.log(np.linalg.det(np.eye(len(coding)) + coding)))
