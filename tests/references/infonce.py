"""InfoNCE with in-batch negatives, as a bound on mutual information (Tschannen et al. 2020).

    I_NCE = 1/N sum_i log [ exp f(a_i, b_i) / ( 1/N sum_j exp f(a_i, b_j) ) ] <= log N,      L = -I_NCE

The positive stays in the denominator and the inner mean is over N: the marginal part is the mean of the log-means, so
the cross-entropy that most code minimises is L + log N. One direction classifies b given a (softmax over rows); the
symmetrised loss is the mean of both directions and shares the joint part. Critic here: cos(a, b) / tau.
N batch, D features.
"""

import math

import numpy as np
import numpy.typing as npt

from .result import FloatArray, Gradients, Loss, loss_from_parts
from .softmax import log_sum_exp, softmax
from .sphere import as_matrices, through_unit_rows, unit_rows

DETACHED: frozenset[str] = frozenset()


def loss(a: npt.ArrayLike, b: npt.ArrayLike, *, temperature: float, symmetric: bool) -> Loss:
    """a, b [N D] -> minus the bound, in nats; at least -log N."""
    a, b = as_matrices(a, b)
    return loss_of_scores(unit_rows(a) @ unit_rows(b).T / temperature, symmetric=symmetric)


def gradients(a: npt.ArrayLike, b: npt.ArrayLike, *, temperature: float, symmetric: bool) -> Gradients:
    """d total / d a and d b, each [N D]."""
    a, b = as_matrices(a, b)
    unit_a, unit_b = unit_rows(a), unit_rows(b)
    wrt_scores = gradient_of_scores(unit_a @ unit_b.T / temperature, symmetric=symmetric) / temperature
    return {"a": through_unit_rows(a, wrt_scores @ unit_b), "b": through_unit_rows(b, wrt_scores.T @ unit_a)}


def loss_of_scores(scores: FloatArray, *, symmetric: bool) -> Loss:
    """The same for any critic: scores [N N], scores[i, j] = f(a_i, b_j)."""
    axes = (1, 0) if symmetric else (1,)
    log_sums = [float(log_sum_exp(scores, axis=axis).mean()) for axis in axes]
    return loss_from_parts(
        joint=np.diagonal(scores).mean(), marginal=sum(log_sums) / len(log_sums) - math.log(len(scores))
    )


def gradient_of_scores(scores: FloatArray, *, symmetric: bool) -> FloatArray:
    """d total / d scores [N N]."""
    weights = softmax(scores, axis=1)
    if symmetric:
        weights = (weights + softmax(scores, axis=0)) / 2
    return (weights - np.eye(len(scores))) / len(scores)
