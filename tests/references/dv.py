"""Donsker-Varadhan with a fixed cosine critic, the product of marginals taken in the batch.

    I_DV = E_p(a,b)[T] - log E_p(a)p(b)[exp T],   T(a, b) = cos(a, b) / tau             (Sabby et al. 2025)
    J = 1/N sum_i T(a_i, b_i),   M = log 1/(N (N - 1)) sum_{i != j} exp T(a_i, b_j),   L = -(J - M)

One log outside one mean over all pairs, which is what tells it from InfoNCE; pairs i = j are no sample of the product
and are left out. The estimate is biased up in a finite batch and no correction is applied.
N batch, D features.
"""

import math

import numpy as np
import numpy.typing as npt

from .result import FloatArray, Gradients, Loss, loss_from_parts
from .softmax import log_sum_exp, softmax
from .sphere import as_matrices, through_unit_rows, unit_rows

DETACHED: frozenset[str] = frozenset()


def loss(a: npt.ArrayLike, b: npt.ArrayLike, *, temperature: float) -> Loss:
    """a, b [N D], N >= 2 -> minus the bound, in nats."""
    a, b = as_matrices(a, b)
    return loss_of_scores(unit_rows(a) @ unit_rows(b).T / temperature)


def gradients(a: npt.ArrayLike, b: npt.ArrayLike, *, temperature: float) -> Gradients:
    """d total / d a and d b, each [N D]."""
    a, b = as_matrices(a, b)
    unit_a, unit_b = unit_rows(a), unit_rows(b)
    wrt_scores = gradient_of_scores(unit_a @ unit_b.T / temperature) / temperature
    return {"a": through_unit_rows(a, wrt_scores @ unit_b), "b": through_unit_rows(b, wrt_scores.T @ unit_a)}


def loss_of_scores(scores: FloatArray) -> Loss:
    """The same for any critic: scores [N N], scores[i, j] = T(a_i, b_j)."""
    num_pairs = len(scores) * (len(scores) - 1)
    log_sum = float(log_sum_exp(_negatives(scores).ravel(), axis=0))
    return loss_from_parts(joint=np.diagonal(scores).mean(), marginal=log_sum - math.log(num_pairs))


def gradient_of_scores(scores: FloatArray) -> FloatArray:
    """d total / d scores [N N]."""
    weights = softmax(_negatives(scores).ravel(), axis=0).reshape(scores.shape)
    return weights - np.eye(len(scores)) / len(scores)


def _negatives(scores: FloatArray) -> FloatArray:
    negatives = scores.copy()
    np.fill_diagonal(negatives, -np.inf)
    return negatives
