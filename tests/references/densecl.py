"""Dense contrastive loss (Wang et al. 2021, DenseCL, eq. 2 and 3).

    L = 1/(N P) Σ_i -log exp(q_i·k_c(i)/τ) / (exp(q_i·k_c(i)/τ) + Σ_k exp(q_i·queue_k/τ)),   c(i) = argmax_j cos(f_i, f'_j)

Queries and keys [N P D], feature maps [N P F], queue [K D].
"""

import numpy as np
import numpy.typing as npt


def loss(
    queries: npt.ArrayLike,
    keys: npt.ArrayLike,
    maps: tuple[npt.ArrayLike, npt.ArrayLike],
    queue: npt.ArrayLike,
    *,
    temperature: float,
) -> float:
    q, k, f, g, past = (np.asarray(value, dtype=np.float64) for value in (queries, keys, *maps, queue))
    q, k, f, g, past = (value / np.linalg.norm(value, axis=-1, keepdims=True) for value in (q, k, f, g, past))
    losses: list[float] = []
    for sample in range(len(q)):
        for place in range(q.shape[1]):
            best = max(range(k.shape[1]), key=lambda other: float(f[sample, place] @ g[sample, other]))
            positive = float(np.exp(q[sample, place] @ k[sample, best] / temperature))
            negatives = sum(float(np.exp(q[sample, place] @ key / temperature)) for key in past)
            losses.append(-np.log(positive / (positive + negatives)))
    return float(np.mean(losses))
