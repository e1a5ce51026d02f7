"""Alignment and uniformity on the sphere (Wang & Isola 2020, section 4.1 and figure 7).

    L = E |x - y|^2 + (U(x) + U(y)) / 2,   U(z) = log mean_{i<j} exp(-t |z_i - z_j|^2),   all of norm 1
N batch, D features.
"""

import numpy as np
import numpy.typing as npt
from scipy.spatial.distance import pdist

from .result import Loss, loss_from_parts
from .sphere import as_matrices, unit_rows


def loss(x: npt.ArrayLike, y: npt.ArrayLike, *, t: float = 2.0) -> Loss:
    """x, y [N D] -> the loss."""
    x, y = (unit_rows(z) for z in as_matrices(x, y))
    uniformity = [np.log(np.exp(-t * pdist(z, "sqeuclidean")).mean()) for z in (x, y)]
    alignment = np.square(np.linalg.norm(x - y, axis=1)).mean()
    return loss_from_parts(joint=-alignment, marginal=sum(uniformity) / 2)
