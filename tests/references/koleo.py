"""The Kozachenko-Leonenko regulariser (Sablayrolles et al. 2019, eq. 2): -1/N Σ log min_{j≠i} ‖x_i - x_j‖, x of norm 1. Rows [N D]."""

import numpy as np
import numpy.typing as npt


def loss(z: npt.ArrayLike) -> float:
    x = np.asarray(z, dtype=np.float64)
    x = x / np.linalg.norm(x, axis=1, keepdims=True)
    nearest = [min(np.linalg.norm(a - b) for j, b in enumerate(x) if j != i) for i, a in enumerate(x)]
    return -float(np.mean(np.log(nearest)))
