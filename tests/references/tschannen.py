"""The estimators and critics of Tschannen et al. 2020 (1907.13625), in float64. Legend: K batch, D features, H hidden units.

    I_NCE = log K + 1/K Σ_i [S_ii - log Σ_j exp S_ij]
    I_NWJ = 1 + 1/K Σ_i (S_ii - 1) - 1/(K (K - 1)) Σ_{i≠j} exp(S_ij - 1)

S_ij = f(x_i, y_j): bilinear xᵀ W y, separable φ(x)ᵀ ψ(y), or one network on the concatenation.
"""

from collections.abc import Mapping

import numpy as np
from scipy.special import logsumexp

from .result import FloatArray


def infonce(scores: FloatArray) -> float:
    """I_NCE, nats."""
    return float(np.log(len(scores)) + np.mean(np.diagonal(scores) - np.asarray(logsumexp(scores, axis=1))))


def nwj(scores: FloatArray) -> float:
    """I_NWJ, nats."""
    size = len(scores)
    negatives = np.exp(scores - 1)[~np.eye(size, dtype=bool)]
    return float(1 + np.mean(np.diagonal(scores) - 1) - negatives.sum() / (size * (size - 1)))


def bilinear(x: FloatArray, y: FloatArray, weight: FloatArray) -> FloatArray:
    return np.einsum("id,de,je->ij", x, weight, y)


def concatenated(x: FloatArray, y: FloatArray, weights: Mapping[str, FloatArray]) -> FloatArray:
    """φ([x; y]) of every pair: one hidden layer, W = [W_a, W_b] on the concatenation."""
    layer = np.concatenate([weights["weight_a"], weights["weight_b"]], axis=1)
    scores = np.empty((len(x), len(y)))
    for i, j in np.ndindex(scores.shape):
        hidden = np.maximum(0.0, layer @ np.concatenate([x[i], y[j]]) + weights["bias"])
        scores[i, j] = weights["readout"] @ hidden + weights["offset"]
    return scores
