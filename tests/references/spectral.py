"""The spectral contrastive loss (HaoChen et al. 2021, eq. 6), with the official code's cut of norms at sqrt(mu).

    L = -2 E[z_i . z'_i] + E_{i != j}[(z_i . z'_j)^2]
N batch, D features.
"""

import numpy as np
import numpy.typing as npt

from .result import Loss, loss_from_parts
from .sphere import as_matrices


def loss(z1: npt.ArrayLike, z2: npt.ArrayLike, *, most: float | None = None) -> Loss:
    """z1, z2 [N D], rows cut at norm `most` -> the loss."""
    z1, z2 = as_matrices(z1, z2)
    if most is not None:
        z1, z2 = (np.stack([row * min(1.0, most / np.linalg.norm(row)) for row in z]) for z in (z1, z2))
    size = len(z1)
    squares = sum((z1[i] @ z2[j]) ** 2 for i in range(size) for j in range(size) if i != j)
    aligned = sum(z1[i] @ z2[i] for i in range(size))
    return loss_from_parts(joint=2 * aligned / size, marginal=squares / (size * (size - 1)))
