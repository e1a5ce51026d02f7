"""VICReg: invariance, variance and covariance of two batches of embeddings (Bardes et al. 2022, eqs. 1 to 6).

    L = lambda s(Z, Z') + mu [v(Z) + v(Z')] + nu [c(Z) + c(Z')]                         eq. 6
    s = 1/N sum_i |z_i - z'_i|^2                                                        eq. 5
    v = 1/D sum_j max(0, gamma - sqrt(Var(z^j) + eps)),   gamma = 1, eps = 1e-4         eqs. 1, 2
    c = 1/D sum_{i != j} Cov_ij^2,   Cov = 1/(N - 1) sum_b (z_b - mean)(z_b - mean)^T    eqs. 3, 4

The sources disagree in two places, each a parameter here:
* `variance_over_views`: "sum" is eq. 6 and algorithm 1 (and solo-learn, eb_jepa); "mean" halves the variance term, as
  the official code and lightly do: mean with mu is sum with mu/2.
* `invariance_over_features`: "mean" is the mean squared error over all N D entries, as in the official code and every
  peer; "sum" is eq. 5 as printed, D times larger. The weights 25/25/1 belong to "mean".
Var is unbiased (N - 1), as Cov and as the official code; eq. 2 leaves it open.
N batch, D features.
"""

from typing import Literal

import numpy as np
import numpy.typing as npt

from .result import FloatArray, Gradients, Loss, loss_from_parts
from .sphere import as_matrices

Reduction = Literal["sum", "mean"]

DETACHED: frozenset[str] = frozenset()


def loss(
    z1: npt.ArrayLike,
    z2: npt.ArrayLike,
    *,
    invariance: float = 25.0,
    variance: float = 25.0,
    covariance: float = 1.0,
    gamma: float = 1.0,
    eps: float = 1e-4,
    variance_over_views: Reduction = "sum",
    invariance_over_features: Reduction = "mean",
) -> Loss:
    """z1, z2 [N D], N >= 2 -> joint = -lambda s, marginal = mu v + nu c."""
    z1, z2 = as_matrices(z1, z2)
    invariance, variance = _effective(z1.shape[1], invariance, variance, invariance_over_features, variance_over_views)
    return loss_from_parts(
        joint=-invariance * ((z1 - z2) ** 2).mean(),
        marginal=variance * (variance_term(z1, gamma=gamma, eps=eps) + variance_term(z2, gamma=gamma, eps=eps))
        + covariance * (covariance_term(z1) + covariance_term(z2)),
    )


def gradients(
    z1: npt.ArrayLike,
    z2: npt.ArrayLike,
    *,
    invariance: float = 25.0,
    variance: float = 25.0,
    covariance: float = 1.0,
    gamma: float = 1.0,
    eps: float = 1e-4,
    variance_over_views: Reduction = "sum",
    invariance_over_features: Reduction = "mean",
) -> Gradients:
    """d total / d z1 and d z2, each [N D]; at the hinge itself the derivative 0."""
    z1, z2 = as_matrices(z1, z2)
    invariance, variance = _effective(z1.shape[1], invariance, variance, invariance_over_features, variance_over_views)
    apart = 2 * invariance * (z1 - z2) / z1.size

    def spread(z: FloatArray) -> FloatArray:
        return variance * _variance_gradient(z, gamma, eps) + covariance * _covariance_gradient(z)

    return {"z1": apart + spread(z1), "z2": -apart + spread(z2)}


def variance_term(z: npt.ArrayLike, *, gamma: float = 1.0, eps: float = 1e-4) -> float:
    """v of eq. 1 for one view."""
    (z,) = as_matrices(z)
    return float(np.maximum(0, gamma - np.sqrt(z.var(axis=0, ddof=1) + eps)).mean())


def covariance_term(z: npt.ArrayLike) -> float:
    """c of eq. 4 for one view."""
    (z,) = as_matrices(z)
    return float((_off_diagonal_covariance(z) ** 2).sum() / z.shape[1])


def _effective(
    num_features: int, invariance: float, variance: float, over_features: Reduction, over_views: Reduction
) -> tuple[float, float]:
    """Weights of the entry-mean invariance and of the view-summed variance that give the chosen reductions."""
    return (
        invariance * {"mean": 1, "sum": num_features}[over_features],
        variance * {"mean": 0.5, "sum": 1}[over_views],
    )


def _off_diagonal_covariance(z: FloatArray) -> FloatArray:
    centred = z - z.mean(axis=0)
    matrix = centred.T @ centred / (len(z) - 1)
    return matrix - np.diag(np.diagonal(matrix))


def _variance_gradient(z: FloatArray, gamma: float, eps: float) -> FloatArray:
    """dv/dz: -(z - mean) / (D (N - 1) deviation) for the features below gamma."""
    deviation = np.sqrt(z.var(axis=0, ddof=1) + eps)
    return -np.where(deviation < gamma, z - z.mean(axis=0), 0) / (z.shape[1] * (len(z) - 1) * deviation)


def _covariance_gradient(z: FloatArray) -> FloatArray:
    """dc/dz: 4 (z - mean) Cov_off / (D (N - 1)); Cov is symmetric, each entry occurs twice."""
    return 4 * (z - z.mean(axis=0)) @ _off_diagonal_covariance(z) / (z.shape[1] * (len(z) - 1))
