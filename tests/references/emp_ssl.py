"""EMP-SSL (Tong et al. 2023, eq. 2 to 4): total coding rate of every view, and cosine with the mean of the views.

    L = -1/V sum_v 1/2 log det(I + D / (N eps2) Z_v^T Z_v) - weight 1/V sum_v mean_i cos(z_vi, zbar_i),   rows of norm 1
V views, N batch, D features.
"""

import numpy as np
import numpy.typing as npt

from .result import Loss, loss_from_parts
from .sphere import unit_rows


def loss(*views: npt.ArrayLike, distortion: float, invariance: float) -> Loss:
    """Views [N D] -> the loss."""
    units = [unit_rows(np.asarray(z, dtype=np.float64)) for z in views]
    center = unit_rows(np.mean(units, axis=0))
    rows, width = units[0].shape
    rates = [0.5 * np.log(1 + width / (rows * distortion) * np.linalg.eigvalsh(z.T @ z)).sum() for z in units]
    cosines = [(z * center).sum(axis=1).mean() for z in units]
    return loss_from_parts(joint=invariance * np.mean(cosines), marginal=-np.mean(rates))
