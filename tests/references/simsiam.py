"""SimSiam: symmetrised negative cosine similarity (Chen & He 2021, eqs. 1, 2 and 4).

    D(p, z) = - p/|p| . z/|z|,      L = 1/2 D(p1, stopgrad(z2)) + 1/2 D(p2, stopgrad(z1)),   mean over the batch

Range [-1, 1]. There is no marginal part, the predictor stands for it. BYOL's loss of the same inputs is 4 + 4 L.
N batch, D features.
"""

import numpy.typing as npt

from .result import Gradients, Loss, loss_from_parts
from .sphere import as_matrices, through_unit_rows, unit_rows

DETACHED = frozenset({"z1", "z2"})


def loss(p1: npt.ArrayLike, p2: npt.ArrayLike, z1: npt.ArrayLike, z2: npt.ArrayLike) -> Loss:
    """p1, p2 predictions and z1, z2 projections, all [N D]."""
    p1, p2, z1, z2 = (unit_rows(value) for value in as_matrices(p1, p2, z1, z2))
    cosine = 0.5 * (p1 * z2).sum(axis=1).mean() + 0.5 * (p2 * z1).sum(axis=1).mean()
    return loss_from_parts(joint=cosine, marginal=0.0)


def gradients(p1: npt.ArrayLike, p2: npt.ArrayLike, z1: npt.ArrayLike, z2: npt.ArrayLike) -> Gradients:
    """Partial derivatives of total; the method itself uses only `p1` and `p2` (see DETACHED)."""
    p1, p2, z1, z2 = as_matrices(p1, p2, z1, z2)
    factor = -0.5 / len(p1)
    return {
        "p1": through_unit_rows(p1, factor * unit_rows(z2)),
        "p2": through_unit_rows(p2, factor * unit_rows(z1)),
        "z1": through_unit_rows(z1, factor * unit_rows(p2)),
        "z2": through_unit_rows(z2, factor * unit_rows(p1)),
    }
