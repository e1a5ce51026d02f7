"""TiCo: invariance and covariance contrast (Zhu et al. 2022, eq. 5 and algorithm 1).

    C_t = β C_{t-1} + (1 - β) 1/N Σ z'_i z'_iᵀ,   L = 1 - mean z'_i.z''_i + ρ mean z'_iᵀ C_t z'_i

Both views l2-normalised; C_t is a constant of the loss, although it holds this batch. N batch, D features.
"""

import numpy as np
import numpy.typing as npt

from .result import FloatArray, Loss, loss_from_parts
from .sphere import unit_rows


def new_moment(moment: npt.ArrayLike, z: npt.ArrayLike, *, beta: float) -> FloatArray:
    """C after a batch z [N D]."""
    unit = unit_rows(np.asarray(z, dtype=np.float64))
    batch = sum(np.outer(row, row) for row in unit) / len(unit)
    return beta * np.asarray(moment, dtype=np.float64) + (1 - beta) * batch


def loss(a: npt.ArrayLike, b: npt.ArrayLike, moment: npt.ArrayLike, *, rho: float) -> Loss:
    """Anchor and target [N D], `moment` the constant C_t of this step."""
    first, second = (unit_rows(np.asarray(z, dtype=np.float64)) for z in (a, b))
    crowding = np.mean([row @ np.asarray(moment) @ row for row in first])
    return loss_from_parts(joint=float((first * second).sum(axis=1).mean() - 1), marginal=float(rho * crowding))
