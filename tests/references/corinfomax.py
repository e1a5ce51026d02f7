"""CorInfoMax (Ozsoy et al. 2022, eq. 5, algorithm 1 and the official code).

    mu <- l mu + (1 - l) mean z,   R <- l R + (1 - l) (z - mu)^T (z - mu) / N       with the new mu, z of norm 1
    L = -(log det(R_1 + eps I) + log det(R_2 + eps I)) / D + alpha mean (z_1 - z_2)^2
N batch, D features.
"""

import numpy as np
import numpy.typing as npt

from .result import FloatArray, Loss, loss_from_parts
from .sphere import as_matrices, unit_rows


def loss(
    z1: npt.ArrayLike,
    z2: npt.ArrayLike,
    state: dict[str, FloatArray],
    *,
    invariance: float,
    momentum: float,
    eps: float,
) -> Loss:
    """z1, z2 [N D]; `state` mean_a, mean_b [D], covariance_a, covariance_b [D D] of the step before -> the loss."""
    u, v = (unit_rows(z) for z in as_matrices(z1, z2))
    new = new_state(z1, z2, state, momentum=momentum)
    identity = np.eye(u.shape[1])
    logs = [np.log(np.linalg.eigvalsh(new[f"covariance_{side}"] + eps * identity)).sum() for side in "ab"]
    return loss_from_parts(joint=-invariance * ((u - v) ** 2).mean(), marginal=-sum(logs) / u.shape[1])


def new_state(
    z1: npt.ArrayLike, z2: npt.ArrayLike, state: dict[str, FloatArray], *, momentum: float
) -> dict[str, FloatArray]:
    """The state after the step."""
    new = {}
    for side, z in zip("ab", as_matrices(z1, z2), strict=True):
        z = unit_rows(z)
        mean = momentum * state[f"mean_{side}"] + (1 - momentum) * z.mean(axis=0)
        batch = sum(np.outer(row - mean, row - mean) for row in z) / len(z)
        new[f"mean_{side}"] = mean
        new[f"covariance_{side}"] = momentum * state[f"covariance_{side}"] + (1 - momentum) * batch
    return new
