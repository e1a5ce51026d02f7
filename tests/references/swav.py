"""SwAV: swapped prediction of balanced codes (Caron et al. 2020, eq. 2 and appendix A.1), by the multiplicative Sinkhorn-Knopp iteration.

    Q <- exp(S / ε)ᵀ, scaled to sum 1; repeated: rows (prototypes) to 1/K, columns (samples) to 1/B; codes are B Qᵀ
    ℓ(z_t, q_s) = -Σ_k q_s log softmax(S_t / τ)

Scores S [B K].
"""

import numpy as np
import numpy.typing as npt

from .result import FloatArray, Loss, loss_from_parts
from .softmax import softmax


def codes(scores: npt.ArrayLike, *, epsilon: float, iterations: int) -> FloatArray:
    """Scores [B K] -> codes [B K]."""
    q = np.exp(np.asarray(scores, dtype=np.float64) / epsilon).T
    num_prototypes, num_samples = q.shape
    q = q / q.sum()
    for _ in range(iterations):
        for k in range(num_prototypes):
            q[k] = q[k] / q[k].sum() / num_prototypes
        for n in range(num_samples):
            q[:, n] = q[:, n] / q[:, n].sum() / num_samples
    return (q * num_samples).T


def loss(
    scores: npt.ArrayLike,
    target_scores: npt.ArrayLike,
    past: npt.ArrayLike | None = None,
    *,
    temperature: float,
    epsilon: float,
    iterations: int,
) -> Loss:
    """The codes of the target [N K] predicted from `scores` [N K]; `past` [M K] are scores of the queue, assigned with the batch."""
    s, t = np.asarray(scores, dtype=np.float64), np.asarray(target_scores, dtype=np.float64)
    rows = t if past is None else np.concatenate([np.asarray(past, dtype=np.float64), t])
    q = codes(rows, epsilon=epsilon, iterations=iterations)[-len(t) :]
    cross_entropy = -np.mean(
        [q_row @ np.log(softmax(row / temperature, axis=0)) for q_row, row in zip(q, s, strict=True)]
    )
    return loss_from_parts(joint=-float(cross_entropy), marginal=0.0)
