"""FroSSL (Skean et al. 2024, eq. 3 and the official code).

    L = sum_v [2 log |C_v|_F + V D MSE(Z_v, mean Z)],   C_v = Z_v^T Z_v / tr,   columns of Z_v of norm 1
V views, N batch, D features.
"""

import numpy as np
import numpy.typing as npt

from .result import Loss, loss_from_parts


def loss(*views: npt.ArrayLike) -> Loss:
    """Views [N D] -> the loss."""
    columns = [np.asarray(z, dtype=np.float64) for z in views]
    columns = [z / np.sqrt((z**2).sum(axis=0)) for z in columns]
    center = np.mean(columns, axis=0)
    marginal, invariance = 0.0, 0.0
    for z in columns:
        covariance = z.T @ z / np.trace(z.T @ z)
        marginal += 2 * np.log(np.linalg.norm(covariance, "fro"))
        invariance += len(views) * z.shape[1] * ((z - center) ** 2).mean()
    return loss_from_parts(joint=-invariance, marginal=marginal)
