"""Estimates of mutual information between paired features with the critic s = cosine / temperature. Nats, float64.

Each estimate is what its bound says with this critic, not the mutual information: the critic has a bounded range, hence caps.
Legend: N pairs, D dimensions, t temperature.
"""

import math
from dataclasses import dataclass
from typing import Any

import torch
from scipy import special
from torch import Tensor
from torch.nn import functional as F

_SPECIAL: Any = special
DEBYE_FROM = 50.0


@dataclass(frozen=True, slots=True)
class MIEstimates:
    """Estimates and the largest values they can take.

    `dv`: Donsker-Varadhan. `infonce`: InfoNCE, mean of both directions. `jsd`: the Jensen-Shannon objective
    -E softplus(-s) - E softplus(s), negative; the divergence is at least jsd/2 + log 2. `nwj`: Nguyen-Wainwright-Jordan read out with the critic
    of the Jensen-Shannon objective, 1 + E s - E exp s; meaningful only where s was trained as a log density ratio, else very low.
    `infonce_cap` = log N. `cosine_cap` bounds dv where the features are uniform on the sphere, see `cosine_cap`.
    """

    dv: float
    infonce: float
    jsd: float
    nwj: float
    num_samples: int
    infonce_cap: float
    cosine_cap: float


@torch.no_grad()
def estimate_mi(z_a: Tensor, z_b: Tensor, temperature: float) -> MIEstimates:
    """Estimates from pairs z_a, z_b [N D]; the product of marginals is the N (N - 1) pairs of different samples. Memory N * N.

    Raises ValueError for shapes that do not pair, N < 2 or a temperature that is not positive.
    """
    if z_a.shape != z_b.shape or z_a.ndim != 2 or len(z_a) < 2:
        raise ValueError(f"needs pairs [N D] with N >= 2, got {list(z_a.shape)} and {list(z_b.shape)}")
    if temperature <= 0.0:
        raise ValueError(f"the temperature of the critic is positive, got {temperature}")
    num, dim = z_a.shape
    scores = F.normalize(z_a.double(), dim=1) @ F.normalize(z_b.double(), dim=1).T / temperature
    joint = scores.diagonal()
    marginal = scores[~torch.eye(num, dtype=torch.bool, device=scores.device)]
    log_mean_exp = marginal.logsumexp(0) - math.log(num * (num - 1))
    rows, columns = (joint - scores.logsumexp(axis) for axis in (1, 0))
    return MIEstimates(
        dv=float(joint.mean() - log_mean_exp),
        infonce=math.log(num) + float((rows.mean() + columns.mean()) / 2.0),
        jsd=float(-F.softplus(-joint).mean() - F.softplus(marginal).mean()),
        nwj=float(1.0 + joint.mean() - log_mean_exp.exp()),
        num_samples=num,
        infonce_cap=math.log(num),
        cosine_cap=cosine_cap(temperature, dim),
    )


def cosine_cap(temperature: float, dim: int) -> float:
    """1/t - log M, M = E exp(u_1 / t) for u uniform on the sphere in `dim` >= 2 dimensions.

    M = Γ(D/2) (2t)^(D/2 - 1) I_(D/2 - 1)(1/t) (Mardia & Jupp 2000, section 9.3). The Bessel function is taken scaled by exp(-1/t).
    """
    if dim < 2 or temperature <= 0.0:
        raise ValueError(
            f"the cap is defined for dim >= 2 and temperature > 0, got dim={dim}, temperature={temperature}"
        )
    order, kappa = dim / 2.0 - 1.0, 1.0 / temperature
    return -(math.lgamma(dim / 2.0) + order * math.log(2.0 / kappa) + _log_ive(order, kappa))


def _log_ive(order: float, x: float) -> float:
    """log(I_order(x) exp(-x)); for large orders by Debye's uniform expansion (DLMF 10.41.3), where I underflows."""
    if order < DEBYE_FROM:
        return math.log(float(_SPECIAL.ive(order, x)))
    z = x / order
    root = math.hypot(1.0, z)
    t = 1.0 / root
    # root + log(z / (1 + root)) - z, with root - z written without cancellation
    exponent = order * (1.0 / (root + z) + math.log(z / (1.0 + root)))
    u1 = (3.0 * t - 5.0 * t**3) / 24.0
    u2 = (81.0 * t**2 - 462.0 * t**4 + 385.0 * t**6) / 1152.0
    u3 = (30375.0 * t**3 - 369603.0 * t**5 + 765765.0 * t**7 - 425425.0 * t**9) / 414720.0
    series = u1 / order + u2 / order**2 + u3 / order**3
    return exponent - 0.5 * math.log(2.0 * math.pi * order * root) + math.log1p(series)
