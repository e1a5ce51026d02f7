"""CLIP (Radford et al. 2021, figure 3) and SigLIP (Zhai et al. 2023, algorithm 1) in float64. Legend: N pairs, D features.

    CLIP    -1/2N Σ_i [log softmax_j(s u_i·v_j)_i + log softmax_j(s u_j·v_i)_i]
    SigLIP  -1/N Σ_ij log σ(y_ij (s u_i·v_j + c)),  y_ij = 1 where i = j, else -1

u, v are unit vectors; s is the inverse temperature.
"""

import numpy as np
from scipy.special import log_softmax

from .result import FloatArray


def clip(image: FloatArray, text: FloatArray, *, scale: float) -> float:
    """The mean of the cross-entropies of both directions, each over the N candidates of the batch."""
    logits = scale * unit(image) @ unit(text).T
    return float(-np.mean([np.diagonal(log_softmax(logits, axis=axis)).mean() for axis in (0, 1)]))


def siglip(image: FloatArray, text: FloatArray, *, scale: float, bias: float) -> float:
    """The sum over the N candidates of an image, averaged over images."""
    logits = scale * unit(image) @ unit(text).T + bias
    signs = 2 * np.eye(len(logits)) - 1
    return float(np.logaddexp(0.0, -signs * logits).sum() / len(logits))


def unit(x: FloatArray) -> FloatArray:
    return x / np.linalg.norm(x, axis=1, keepdims=True)
