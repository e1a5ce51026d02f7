"""What a fixed cosine critic can show, its bias, and how long a target remembers: closed forms and series in plain Python.

Legend: τ temperature, κ = 1/τ, d dimension of the embeddings, N batch, M candidates. Values in nats, times in steps.
"""

from itertools import count
from math import exp, inf, lgamma, log, log1p

# beyond this κ the series would take long, and the cap is κ to within a part in a thousand for d below 10,000
LARGEST_KAPPA = 1e6
NEGLIGIBLE = 1e-17


def log_mean_exp_sphere(kappa: float, dim: int) -> float:
    """log E exp(κ u₁) for u uniform on the unit sphere in `dim` >= 1 dimensions; 0 <= κ <= LARGEST_KAPPA, else ValueError.

    E exp(κ u₁) = Σ_k (κ²/4)^k Γ(d/2) / (k! Γ(k + d/2)) (Mardia & Jupp 2000, section 9.3). The terms are positive and rise to one peak: they are
    added outwards from it, relative to it, so that nothing overflows.
    """
    if dim < 1 or not 0 <= kappa <= LARGEST_KAPPA:
        raise ValueError(f"needs dim >= 1 and 0 <= kappa <= {LARGEST_KAPPA:g}, got dim={dim}, kappa={kappa:g}")
    if kappa == 0:
        return 0.0
    half, square = dim / 2, kappa * kappa / 4
    # neighbours have the ratio square / ((k + 1) (k + half)), which passes 1 at the peak
    peak = max(0, int((((half - 1) ** 2 + 4 * square) ** 0.5 - (half + 1)) / 2))
    total = 1.0
    term = 1.0
    for k in count(peak):
        term *= square / ((k + 1) * (k + half))
        total += term
        if term < total * NEGLIGIBLE:
            break
    term = 1.0
    for k in range(peak, 0, -1):
        term *= k * (k - 1 + half) / square
        total += term
        if term < total * NEGLIGIBLE:
            break
    power = peak * log(square) if peak else 0.0  # the square of a tiny κ is zero
    return power + lgamma(half) - lgamma(peak + 1) - lgamma(peak + half) + log(total)


def cosine_cap(temperature: float, dim: int) -> float:
    """The largest Donsker-Varadhan value of T = cos/τ: embeddings aligned and uniform on the sphere (docs/theory.md)."""
    kappa = _kappa(temperature)
    return kappa if kappa > LARGEST_KAPPA else kappa - log_mean_exp_sphere(kappa, dim)


def infonce_cap(temperature: float, *, candidates: int, samples: int) -> float:
    """The largest InfoNCE value of T = cos/τ with M candidates of N samples: positives at 1, all other pairs at -1/(N - 1)."""
    spread = (1 + 1 / (samples - 1)) * _kappa(temperature) if samples > 1 else 0.0
    return log(candidates) - log1p((candidates - 1) * exp(-spread))


def relative_variance(temperature: float, dim: int) -> float:
    """Var_q(e^T) / (E_q e^T)² of T = cos/τ at embeddings uniform on the sphere; infinite where it exceeds every float."""
    kappa = _kappa(temperature)
    if 2 * kappa > LARGEST_KAPPA:
        return inf
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


def _kappa(temperature: float) -> float:
    """1/τ; half of the least positive float is zero, so τ can be, too."""
    return 1 / temperature if temperature > 0 else inf
