"""Regression of hidden tokens (Assran et al. 2023, I-JEPA; Baevski et al. 2022, data2vec, eq. 4).

    L = mean over tokens and features of  d² / (2 β) where |d| <= β, |d| - β/2 elsewhere,   d = prediction - target

Rows are tokens [N D].
"""

import numpy as np
import numpy.typing as npt


def loss(prediction: npt.ArrayLike, target: npt.ArrayLike, *, beta: float) -> float:
    total, count = 0.0, 0
    for d in (np.asarray(prediction, dtype=np.float64) - np.asarray(target, dtype=np.float64)).flat:
        total += d * d / (2 * beta) if abs(d) <= beta else abs(d) - beta / 2
        count += 1
    return total / count
