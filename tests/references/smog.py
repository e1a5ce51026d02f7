"""SMoG: synchronous momentum grouping (Pang et al. 2022, eq. 5 to 7).

    c_i = argmax_k ẑ_i.g_k,   g_k <- β g_k + (1 - β) mean of the ẑ_i with c_i = k, then normalised; groups without a member stay
    L = -mean_i log softmax(G_new p̂_i / τ)[argmax_k ŷ_i.g_k]

z projections and p predictions of the online network, y targets, [N D]; g [K D] of norm 1 before the batch. The gradient enters G_new.
"""

import numpy as np
import numpy.typing as npt

from .result import FloatArray
from .softmax import log_sum_exp
from .sphere import unit_rows


def moved(groups: npt.ArrayLike, z: npt.ArrayLike, *, beta: float) -> FloatArray:
    """The groups after a batch of projections."""
    before, members = np.asarray(groups, dtype=np.float64), unit_rows(np.asarray(z, dtype=np.float64))
    after = before.copy()
    nearest = [int(np.argmax(before @ row)) for row in members]
    for k in set(nearest):
        after[k] = beta * before[k] + (1 - beta) * np.mean(
            [row for row, own in zip(members, nearest, strict=True) if own == k], axis=0
        )
    return unit_rows(after)


def loss(
    p: npt.ArrayLike, z: npt.ArrayLike, y: npt.ArrayLike, groups: npt.ArrayLike, *, beta: float, temperature: float
) -> float:
    """One direction: predictions p and projections z of one view, targets y of the other."""
    logits = unit_rows(np.asarray(p, dtype=np.float64)) @ moved(groups, z, beta=beta).T / temperature
    own = [int(np.argmax(np.asarray(groups) @ row)) for row in np.asarray(y, dtype=np.float64)]
    return float((log_sum_exp(logits, axis=1) - logits[np.arange(len(own)), own]).mean())
