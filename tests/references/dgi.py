"""Deep Graph Infomax (Veličković et al. 2019, 1809.10341) in float64 from eq. 1. Legend: N nodes, D features.

L = -1/(N + M) (Σ_i log D(h_i, s) + Σ_j log(1 - D(h̃_j, s))), D(h, s) = σ(hᵀ W s), s = σ(1/N Σ_i h_i), M = N.
"""

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[np.float64]


def loss(h: Array, pooled: Array, corrupted: Array, *, weight: Array) -> float:
    """h of the graph, of which `pooled` gives the summary, and of the corrupted graph [N D] -> the cross-entropy of telling them apart."""
    summary = _sigmoid(pooled.mean(axis=0))
    true = [np.log(_sigmoid(node @ weight @ summary)) for node in h]
    false = [np.log(1 - _sigmoid(node @ weight @ summary)) for node in corrupted]
    return -float(sum(true) + sum(false)) / (len(true) + len(false))


def _sigmoid(value: Array) -> Array:
    return 1 / (1 + np.exp(-value))
