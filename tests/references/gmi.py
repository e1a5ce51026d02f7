"""GMI (Peng et al. 2020, 2002.01169) in float64 from its formulas, node by node. Legend: N nodes, D features of h, F raw features.

Features:  Σ_j w_ij I(h_i; x_j) over the node itself and its neighbours, I by the Jensen-Shannon estimator
           -sp(-T(h_i, x_j)) - E_x' sp(T(h_i, x')), T(h, x) = hᵀ W x, w_ij = 1/n_i or σ(h_iᵀ h_j).
Topology:  a_ij log w_ij + (1 - a_ij) log(1 - w_ij), w_ij = σ(h_iᵀ h_j), a_ii = 1, each class by its own mean; edges twice.
"""

from math import exp, log

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[np.float64]


def features(
    h: Array, x: Array, *, weight: Array, adjacency: Array, negatives: list[list[int]], adaptive: bool
) -> float:
    """Minus the weighted information, a mean over nodes; `negatives[k][i]` is the k-th negative of node i."""
    total = 0.0
    for i in range(len(h)):
        members = [i, *(j for j in range(len(h)) if adjacency[i, j])]
        against = sum(_softplus(float(h[i] @ weight @ x[drawn[i]])) for drawn in negatives) / len(negatives)
        for j in members:
            share = _sigmoid(float(h[i] @ h[j])) if adaptive else 1 / len(members)
            total += share * (_softplus(-float(h[i] @ weight @ x[j])) + against)
    return total / len(h)


def topology(h: Array, *, adjacency: Array) -> float:
    """Minus the cross-entropy between edges and inner products of nodes."""
    edges: list[float] = []
    others: list[float] = []
    for i in range(len(h)):
        for j in range(len(h)):
            w = _sigmoid(float(h[i] @ h[j]))
            if i == j or adjacency[i, j]:
                edges.append(-log(w))
            else:
                others.append(-log(1 - w))
    return 2 * sum(edges) / len(edges) + sum(others) / len(others)


def _softplus(value: float) -> float:
    return log(1 + exp(value))


def _sigmoid(value: float) -> float:
    return 1 / (1 + exp(-value))
