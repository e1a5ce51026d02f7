"""SimCLR: NT-Xent over the 2N projections of a batch (Chen et al. 2020, eq. 1 and algorithm 1).

    l(i, j) = -log [ exp(z_i.z_j / tau) / sum_{k != i} exp(z_i.z_k / tau) ],   z l2-normalised
    L = 1/(2N) sum_{k=1..N} [ l(2k-1, 2k) + l(2k, 2k-1) ]

The positive stays in the denominator (2N - 1 terms, only the anchor itself is left out), so L >= 0 is a cross-entropy;
the marginal part is the mean log-sum, not the mean log-mean: a mutual-information read-out adds log(2N - 1).
N batch, D features.
"""

import numpy as np
import numpy.typing as npt

from .result import FloatArray, Gradients, Loss, loss_from_parts
from .softmax import log_sum_exp, softmax
from .sphere import as_matrices, through_unit_rows, unit_rows

DETACHED: frozenset[str] = frozenset()


def loss(z1: npt.ArrayLike, z2: npt.ArrayLike, *, temperature: float) -> Loss:
    """z1, z2 [N D], projections of the two views -> NT-Xent in nats, averaged over the 2N anchors."""
    z1, z2 = as_matrices(z1, z2)
    scores, positive = _scores(unit_rows(np.concatenate([z1, z2])), temperature)
    anchors = np.arange(len(scores))
    return loss_from_parts(joint=scores[anchors, positive].mean(), marginal=log_sum_exp(scores, axis=1).mean())


def gradients(z1: npt.ArrayLike, z2: npt.ArrayLike, *, temperature: float) -> Gradients:
    """d total / d z1 and d z2, each [N D]."""
    z1, z2 = as_matrices(z1, z2)
    z = np.concatenate([z1, z2])
    unit = unit_rows(z)
    scores, positive = _scores(unit, temperature)
    wrt_scores = softmax(scores, axis=1)
    wrt_scores[np.arange(len(z)), positive] -= 1
    wrt_scores /= len(z)
    wrt_z = through_unit_rows(z, (wrt_scores + wrt_scores.T) @ unit / temperature)
    return {"z1": wrt_z[: len(z1)], "z2": wrt_z[len(z1) :]}


def _scores(unit: FloatArray, temperature: float) -> tuple[FloatArray, npt.NDArray[np.intp]]:
    """Scores [2N 2N] with -inf for the anchor itself, and the index of each anchor's positive."""
    scores = unit @ unit.T / temperature
    np.fill_diagonal(scores, -np.inf)
    return scores, np.roll(np.arange(len(unit)), len(unit) // 2)
