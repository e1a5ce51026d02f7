"""DirectPred: BYOL's loss with a predictor in closed form (Tian et al. 2021, section 4).

    F <- ρ F + (1 - ρ) E[z zᵀ],   F = U diag(s) Uᵀ,   W = U diag(√(s / max s) + ε) Uᵀ
    L = Σ over both directions of mean |unit(W z_v) - unit(t_v')|²

The embeddings of one view enter F before W is set for them, those of the other view after it. W is a constant of the loss. N batch, D features.
"""

import numpy as np
import numpy.typing as npt
from scipy import linalg

from .result import FloatArray


def correlation(before: npt.ArrayLike, z: npt.ArrayLike, *, momentum: float) -> FloatArray:
    """F [D D] after the embeddings z [N D]."""
    rows = np.asarray(z, dtype=np.float64)
    return momentum * np.asarray(before, dtype=np.float64) + (1 - momentum) * np.einsum("ni,nj->ij", rows, rows) / len(
        rows
    )


def predictor(matrix: FloatArray, *, eps: float) -> FloatArray:
    """W [D D] of F, through its matrix square root: U diag(√s) Uᵀ = √F, and ε at every eigenvalue is ε I."""
    largest = float(linalg.eigvalsh(matrix)[-1])
    root = np.real(linalg.sqrtm(matrix / largest))
    return np.asarray(root + eps * np.eye(len(matrix)), dtype=np.float64)


def loss(
    z: tuple[npt.ArrayLike, npt.ArrayLike], targets: tuple[npt.ArrayLike, npt.ArrayLike], predictors: list[FloatArray]
) -> float:
    """Embeddings and targets of both views [N D], and the predictor that each view met [D D]."""
    total = 0.0
    for view in range(2):
        prediction = np.asarray(z[view], dtype=np.float64) @ predictors[view]
        target = np.asarray(targets[1 - view], dtype=np.float64)
        cosines = (prediction * target).sum(axis=1) / linalg.norm(prediction, axis=1) / linalg.norm(target, axis=1)
        total += float((2 - 2 * cosines).mean())
    return total
