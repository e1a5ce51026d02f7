"""LeJEPA (Balestriero & LeCun 2025): sketched isotropic Gaussian regularisation and agreement with the mean view.

    L = (1 - lam) mean (z_v - zbar)^2 + lam mean_{v, a} N int_{-3}^{3} |phi(t) - exp(-t^2/2)|^2 exp(-t^2/2) dt
phi(t) = 1/N sum_i exp(i t a.z_vi) along unit directions a; trapezoid rule with 17 points on [0, 3], doubled.
V views, N batch, D features, M directions.
"""

import numpy as np
import numpy.typing as npt

from .result import FloatArray, Loss, loss_from_parts
from .sphere import unit_rows


def loss(*views: npt.ArrayLike, slices: FloatArray, lam: float, knots: int = 17, upper: float = 3.0) -> Loss:
    """Views [N D], slices [M D] of any length -> the loss."""
    stacked = np.stack([np.asarray(z, dtype=np.float64) for z in views])
    invariance = ((stacked - stacked.mean(axis=0)) ** 2).mean()
    tests = [statistic(z @ a, knots=knots, upper=upper) for z in stacked for a in unit_rows(slices)]
    return loss_from_parts(joint=-(1 - lam) * invariance, marginal=lam * np.mean(tests))


def statistic(sample: FloatArray, *, knots: int = 17, upper: float = 3.0) -> float:
    """sample [N] -> the Epps-Pulley statistic."""
    step = upper / (knots - 1)
    total = 0.0
    for k in range(knots):
        t = k * step
        gap = np.exp(1j * t * sample).mean() - np.exp(-(t**2) / 2)
        total += (step if 0 < k < knots - 1 else step / 2) * abs(gap) ** 2 * np.exp(-(t**2) / 2)
    return 2 * len(sample) * total
