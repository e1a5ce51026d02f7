"""Maximum manifold capacity representations (Yerxa et al. 2023, eq. 2): minus the nuclear norm of the centroids.

    L = -|C|_*,   C_i = mean_v z_vi / |z_vi|
V views, N batch, D features.
"""

import numpy as np
import numpy.typing as npt

from .result import Loss, loss_from_parts
from .sphere import unit_rows


def loss(*views: npt.ArrayLike) -> Loss:
    """Views [N D] -> the loss; the joint part is the Frobenius norm of the centroids."""
    centroids = np.mean([unit_rows(np.asarray(z, dtype=np.float64)) for z in views], axis=0)
    wide = centroids if centroids.shape[0] < centroids.shape[1] else centroids.T
    nuclear = np.sqrt(np.linalg.eigvalsh(wide @ wide.T)).sum()
    length = np.linalg.norm(centroids)
    return loss_from_parts(joint=length, marginal=length - nuclear)
