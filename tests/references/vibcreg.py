"""VIbCReg (Lee & Aune 2021): VICReg whose covariance term is the mean squared correlation of features.

    L = 25 MSE(z, z') + 25 sum_z mean_d max(0, 1 - sqrt(Var z_d + 1e-4)) + 200 sum_z 1/D^2 sum_{i != j} Corr(z)_ij^2
as solo-learn writes it. N batch, D features.
"""

import numpy as np
import numpy.typing as npt

from .result import Loss, loss_from_parts
from .sphere import as_matrices


def loss(z1: npt.ArrayLike, z2: npt.ArrayLike, *, covariance: float = 200.0) -> Loss:
    """z1, z2 [N D] -> the loss."""
    z1, z2 = as_matrices(z1, z2)
    marginal = 0.0
    for z in (z1, z2):
        marginal += 25 * np.maximum(0, 1 - np.sqrt(z.var(axis=0, ddof=1) + 1e-4)).mean()
        off = np.corrcoef(z, rowvar=False) - np.eye(z.shape[1])
        marginal += covariance * (off**2).mean()
    return loss_from_parts(joint=-25 * ((z1 - z2) ** 2).mean(), marginal=marginal)
