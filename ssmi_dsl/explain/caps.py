"""Caps, biases and half-lives: closed forms and series in plain Python, so that the light commands need no SciPy.

Legend: τ temperature of a cosine critic, d dimension of the embeddings, N batch, M candidates. Values in nats.
"""

from itertools import count
from math import exp, inf, lgamma, log, log1p

# beyond this 1/τ the series would take long; the cap is then 1/τ to within a part in a million for every d below
LARGEST_KAPPA = 1e7


def log_mean_exp_sphere(kappa: float, dim: int) -> float:
    """log E exp(κ u₁), u uniform on the sphere in `dim` >= 1 dimensions, κ >= 0.

    E exp(κ u₁) = Σ_k (κ²/4)^k Γ(d/2) / (k! Γ(k + d/2)) (Mardia & Jupp 2000, section 9.3). All terms are positive: they are summed outwards
    from the largest one, in logarithms, until they no longer count. Raises ValueError outside the domain.
    """
    if dim < 1 or not 0 <= kappa <= LARGEST_KAPPA:
        raise ValueError(f"needs dim >= 1 and 0 <= kappa <= {LARGEST_KAPPA:g}, got dim={dim}, kappa={kappa:g}")
    if kappa == 0:
        return 0.0
    half, quarter = dim / 2, kappa * kappa / 4
    # the ratio of neighbours, quarter / ((k + 1) (k + half)), passes 1 at the largest term
    peak = int(max(0.0, ((half - 1) ** 2 + 4 * quarter) ** 0.5 / 2 - (half + 1) / 2))
    total = 1.0
    term = 1.0
    for k in count(peak):
        term *= quarter / ((k + 1) * (k + half))
        total += term
        if term < total * 1e-18:
            break
    term = 1.0
    for k in range(peak, 0, -1):
        term *= k * (k - 1 + half) / quarter
        total += term
        if term < total * 1e-18:
            break
    return peak * log(quarter) + lgamma(half) - lgamma(peak + 1) - lgamma(peak + half) + log(total)


def cosine_cap(temperature: float, dim: int) -> float:
    """The largest Donsker-Varadhan value of T = cos/τ: embeddings aligned, and uniform on the sphere in `dim` dimensions."""
    return 1 / temperature - log_mean_exp_sphere(1 / temperature, dim)


def infonce_cap(temperature: float, *, candidates: int, samples: int) -> float:
    """The largest InfoNCE value of T = cos/τ with M candidates from N different samples: positives at 1, all other pairs at -1/(N - 1)."""
    spread = (1 + 1 / (samples - 1)) / temperature if samples > 1 else 0.0
    return log(candidates) - log1p((candidates - 1) * exp(-spread))


def relative_variance(temperature: float, dim: int) -> float:
    """Var_q(e^T) / (E_q e^T)² of T = cos/τ at embeddings uniform on the sphere; infinite where it overflows."""
    kappa = 1 / temperature
    exponent = log_mean_exp_sphere(2 * kappa, dim) - 2 * log_mean_exp_sphere(kappa, dim)
    return exp(exponent) - 1 if exponent < 700 else inf


def half_life(momentum: float) -> float:
    """Steps after which half of an old target is left: ln 2 / -ln m."""
    if momentum <= 0:
        return 0.0
    return inf if momentum >= 1 else log(2) / -log(momentum)


def horizon(momentum: float) -> float:
    """Steps over which a target averages: 1 / (1 - m)."""
    return inf if momentum >= 1 else 1 / (1 - momentum)
