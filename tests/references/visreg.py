"""VISReg, as lightly writes it: scale, shape and centre of the embeddings, and agreement with the mean view.

    L = (1 - lam) mean (z_v - zbar)^2 + lam [mean (1 - s)^2 + mean_{v, a} W(a . z~) + mean m^2]
m, s mean and biased standard deviation of a feature; z~ = (z - m) / (s + 1e-4) with s constant in the gradient;
W(x) = mean_i (x_(i) - q_i)^2, q_i the normal quantile of i / (N + 1). V views, N batch, D features, M directions.
"""

import numpy as np
import numpy.typing as npt
from scipy.stats import norm

from .result import FloatArray, Loss, loss_from_parts
from .sphere import unit_rows


def loss(*views: npt.ArrayLike, slices: FloatArray, lam: float, stds: list[FloatArray]) -> Loss:
    """Views [N D], slices [M D]; `stds` [D] of each view are the constants of the shape term -> the loss."""
    stacked = np.stack([np.asarray(z, dtype=np.float64) for z in views])
    invariance = ((stacked - stacked.mean(axis=0)) ** 2).mean()
    quantiles = norm.ppf(np.arange(1, stacked.shape[1] + 1) / (stacked.shape[1] + 1))
    parts = []
    for z, constant in zip(stacked, stds, strict=True):
        shape = [
            ((np.sort((z - z.mean(axis=0)) / (constant + 1e-4) @ a) - quantiles) ** 2).mean() for a in unit_rows(slices)
        ]
        parts.append(((1 - z.std(axis=0)) ** 2).mean() + np.mean(shape) + (z.mean(axis=0) ** 2).mean())
    return loss_from_parts(joint=-(1 - lam) * invariance, marginal=lam * np.mean(parts))
