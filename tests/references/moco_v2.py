"""MoCo v2: InfoNCE of a query against its key and a queue (He et al. 2020, eq. 1; Chen et al. 2020b for v2).

    L_q = -log [ exp(q.k+ / tau) / (exp(q.k+ / tau) + sum_{i=1..K} exp(q.k_i / tau)) ],   mean over the N queries

One direction, as in the paper; a symmetric variant is the mean of two calls. q and k+ are l2-normalised here. The queue
is used as stored: it holds keys that were normalised when they were enqueued, and it does not yet hold this batch's.
N batch, D features, K queue length.
"""

import numpy as np
import numpy.typing as npt

from .result import FloatArray, Gradients, Loss, loss_from_parts
from .softmax import log_sum_exp, softmax
from .sphere import as_matrices, through_unit_rows, unit_rows

DETACHED = frozenset({"key", "queue"})


def loss(query: npt.ArrayLike, key: npt.ArrayLike, queue: npt.ArrayLike, *, temperature: float) -> Loss:
    """query, key [N D], queue [K D] with unit rows -> cross-entropy in nats over K + 1 classes."""
    query, key = as_matrices(query, key)
    (queue,) = as_matrices(queue)
    logits = _logits(unit_rows(query), unit_rows(key), queue, temperature)
    return loss_from_parts(joint=logits[:, 0].mean(), marginal=log_sum_exp(logits, axis=1).mean())


def gradients(query: npt.ArrayLike, key: npt.ArrayLike, queue: npt.ArrayLike, *, temperature: float) -> Gradients:
    """Partial derivatives of total; the method itself uses only `query` (see DETACHED)."""
    query, key = as_matrices(query, key)
    (queue,) = as_matrices(queue)
    unit_query, unit_key = unit_rows(query), unit_rows(key)
    wrt_logits = softmax(_logits(unit_query, unit_key, queue, temperature), axis=1)
    wrt_logits[:, 0] -= 1
    wrt_logits /= len(query) * temperature
    positive, negative = wrt_logits[:, :1], wrt_logits[:, 1:]
    return {
        "query": through_unit_rows(query, positive * unit_key + negative @ queue),
        "key": through_unit_rows(key, positive * unit_query),
        "queue": negative.T @ unit_query,
    }


def _logits(query: FloatArray, key: FloatArray, queue: FloatArray, temperature: float) -> FloatArray:
    """[N 1+K], the positive first."""
    positive = (query * key).sum(axis=1, keepdims=True)
    return np.concatenate([positive, query @ queue.T], axis=1) / temperature
