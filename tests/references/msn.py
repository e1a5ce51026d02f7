"""Masked Siamese networks (Assran et al. 2022, eq. 1) and prior matching (Assran et al. 2023).

    p = softmax(z·q / τ) of an anchor,   p⁺ = softmax(z⁺·q / τ)^(1/T) normalised, of its target
    L = 1/(M B) Σ H(p⁺, p) + λ KL(p̄ ‖ π),   p̄ = 1/(M B) Σ p;   for the uniform π: λ (log K - H(p̄))

Scores [B K] of M anchor views and of their targets.
"""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from .result import FloatArray, Loss, loss_from_parts
from .softmax import softmax


def loss(
    anchors: Sequence[npt.ArrayLike],
    targets: Sequence[npt.ArrayLike],
    *,
    temperature: float,
    sharpening: float,
    prior: npt.ArrayLike | None = None,
    reverse: bool = False,
) -> Loss:
    """`prior` [K] is uniform by default; `reverse` takes KL(π ‖ p̄)."""
    entropy = 0.0
    rows: list[FloatArray] = []
    for anchor, target in zip(anchors, targets, strict=True):
        for a, t in zip(np.asarray(anchor, float), np.asarray(target, float), strict=True):
            p = softmax(a / temperature, axis=0)
            sharp = softmax(t / temperature, axis=0) ** (1 / sharpening)
            entropy -= float(sharp / sharp.sum() @ np.log(p))
            rows.append(p)
    mean = np.mean(rows, axis=0)
    pi = np.full(len(mean), 1 / len(mean)) if prior is None else np.asarray(prior, float)
    p, q = (pi, mean) if reverse else (mean, pi)
    return loss_from_parts(joint=-entropy / len(rows), marginal=float(np.sum(p * np.log(p / q))))


def power_law(size: int, exponent: float) -> FloatArray:
    """π_k proportional to k^-exponent, k from 1."""
    weights = np.array([1 / k**exponent for k in range(1, size + 1)])
    return weights / weights.sum()
