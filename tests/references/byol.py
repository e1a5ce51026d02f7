"""BYOL: the squared distance of normalised prediction and target, both directions added (Grill et al. 2020, eq. 2).

    L(p, z') = | p/|p| - z'/|z'| |^2 = 2 - 2 cos(p, z'),        L_BYOL = L(p1, z2) + L(p2, z1),   mean over the batch

p_v is the online prediction of view v, z_v the target network's projection of view v: a prediction meets the target of
the OTHER view. Range [0, 8]. There is no marginal part, the predictor stands for it.
N batch, D features.
"""

import numpy.typing as npt

from .result import Gradients, Loss, loss_from_parts
from .sphere import as_matrices, through_unit_rows, unit_rows

DETACHED = frozenset({"z1", "z2"})


def loss(p1: npt.ArrayLike, p2: npt.ArrayLike, z1: npt.ArrayLike, z2: npt.ArrayLike) -> Loss:
    """p1, p2 predictions and z1, z2 targets, all [N D]."""
    p1, p2, z1, z2 = (unit_rows(value) for value in as_matrices(p1, p2, z1, z2))
    distance = ((p1 - z2) ** 2).sum(axis=1).mean() + ((p2 - z1) ** 2).sum(axis=1).mean()
    return loss_from_parts(joint=-distance, marginal=0.0)


def gradients(p1: npt.ArrayLike, p2: npt.ArrayLike, z1: npt.ArrayLike, z2: npt.ArrayLike) -> Gradients:
    """Partial derivatives of total; the method itself uses only `p1` and `p2` (see DETACHED)."""
    p1, p2, z1, z2 = as_matrices(p1, p2, z1, z2)
    factor = -2 / len(p1)
    return {
        "p1": through_unit_rows(p1, factor * unit_rows(z2)),
        "p2": through_unit_rows(p2, factor * unit_rows(z1)),
        "z1": through_unit_rows(z1, factor * unit_rows(p2)),
        "z2": through_unit_rows(z2, factor * unit_rows(p1)),
    }
