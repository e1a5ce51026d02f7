"""CAPI: latent patches are clustered online and the clusters of hidden patches predicted (Darcet et al. 2025, section 3, official code).

    s = C z / |z| + c              scores of a teacher token z
    q = SK(s / ε)                  over the batch, for each place of the grid on its own
    L_student = -mean over hidden tokens of Σ_k q_k log softmax(p / τ)_k
    L_teacher = -mean over all tokens of Σ_k q_k log softmax(s / τ')_k

SK repeats: divide every cluster by its sum over the batch, then every token by its sum over clusters. q is a constant of both losses, z of the
second. N batch, P patches, D features, K clusters, H hidden patches.
"""

import numpy as np
import numpy.typing as npt

from .result import FloatArray, Loss, loss_from_parts
from .softmax import softmax


def scores(z: npt.ArrayLike, centroids: npt.ArrayLike, bias: npt.ArrayLike) -> FloatArray:
    """z [N P D], centroids [K D], bias [K] -> [N P K]."""
    tokens = np.asarray(z, dtype=np.float64)
    unit = tokens / np.sqrt((tokens**2).sum(axis=2, keepdims=True))
    return np.einsum("npd,kd->npk", unit, np.asarray(centroids, dtype=np.float64)) + np.asarray(bias)


def assignments(s: FloatArray, *, epsilon: float, iterations: int) -> FloatArray:
    """[N P K] -> [N P K], rows of which sum to 1."""
    plan = np.empty_like(s)
    for place in range(s.shape[1]):
        own = np.exp((s[:, place] - s[:, place].max()) / epsilon)
        for _ in range(iterations):
            own = own / own.sum(axis=0, keepdims=True)
            own = own / own.sum(axis=1, keepdims=True)
        plan[:, place] = own
    return plan


def student_loss(p: npt.ArrayLike, q: FloatArray, hidden: npt.NDArray[np.int64], *, temperature: float) -> float:
    """Predictions p [N H K], assignments q [N P K], hidden [N H]."""
    predicted = np.log(softmax(np.asarray(p, dtype=np.float64) / temperature, axis=2))
    wanted = np.stack([q[sample, places] for sample, places in enumerate(hidden)])
    return -float((wanted * predicted).sum(axis=2).mean())


def teacher_loss(s: FloatArray, q: FloatArray, *, temperature: float) -> float:
    """Scores and assignments [N P K]."""
    return -float((q * np.log(softmax(s / temperature, axis=2))).sum(axis=2).mean())


def loss(
    p: npt.ArrayLike,
    z: npt.ArrayLike,
    hidden: npt.NDArray[np.int64],
    centroids: npt.ArrayLike,
    bias: npt.ArrayLike,
    *,
    held: FloatArray | None = None,
    epsilon: float = 0.06,
    student: float = 0.12,
    teacher: float = 0.12,
    iterations: int = 3,
) -> Loss:
    """Both losses; `held` are the assignments, where a gradient must not see that they move."""
    s = scores(z, centroids, bias)
    q = assignments(s, epsilon=epsilon, iterations=iterations) if held is None else held
    return loss_from_parts(
        joint=-student_loss(p, q, hidden, temperature=student), marginal=teacher_loss(s, q, temperature=teacher)
    )
