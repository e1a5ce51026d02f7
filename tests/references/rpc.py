"""Relative predictive coding (Tsai et al. 2021, eq. 2), negatives as in SimCLR: the views of other samples.

    L = -(E_p f - alpha E_q f - beta/2 E_p f^2 - gamma/2 E_q f^2),   f = z'z / tau
N batch, D features.
"""

import numpy as np
import numpy.typing as npt

from .result import Loss, loss_from_parts
from .sphere import as_matrices


def loss(z1: npt.ArrayLike, z2: npt.ArrayLike, *, temperature: float, alpha: float, beta: float, gamma: float) -> Loss:
    """z1, z2 [N D] -> the loss."""
    views = np.vstack(as_matrices(z1, z2))
    size = len(views) // 2
    scores = views @ views.T / temperature
    positive = np.array([scores[i, (i + size) % (2 * size)] for i in range(2 * size)])
    negative = np.array([scores[i, j] for i in range(2 * size) for j in range(2 * size) if (i - j) % size])
    return loss_from_parts(
        joint=positive.mean() - beta / 2 * (positive**2).mean(),
        marginal=alpha * negative.mean() + gamma / 2 * (negative**2).mean(),
    )
