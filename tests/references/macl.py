"""Model-aware contrastive learning (Huang et al. 2023), as the authors and lightly code it.

    tau_A = tau (1 + alpha (mean cos(z, z') - A0)),   L = mean_i -log P_i / (1 - P_i),   P = softmax(cos / tau_A) of the positive
temperature and weights 1 / (1 - P_i) are constants of the gradient. N batch, D features.
"""

import numpy as np
import numpy.typing as npt

from .result import FloatArray, Loss, loss_from_parts
from .sphere import as_matrices, unit_rows


def loss(
    z1: npt.ArrayLike,
    z2: npt.ArrayLike,
    *,
    temperature: float,
    alpha: float = 0.5,
    threshold: float = 0.0,
    constants: tuple[float, FloatArray] | None = None,
) -> Loss:
    """z1, z2 [N D] -> the loss; `constants` (temperature, weights [2N]) replace those of the inputs, to hold them in a derivative."""
    views = np.vstack([unit_rows(z) for z in as_matrices(z1, z2)])
    adapted, weights = constants or constants_of(z1, z2, temperature=temperature, alpha=alpha, threshold=threshold)
    positive, partition = _logits(views, adapted)
    return loss_from_parts(joint=(weights * positive).mean(), marginal=(weights * partition).mean())


def constants_of(
    z1: npt.ArrayLike, z2: npt.ArrayLike, *, temperature: float, alpha: float, threshold: float = 0.0
) -> tuple[float, FloatArray]:
    """The adapted temperature, and the weights [2N]."""
    views = np.vstack([unit_rows(z) for z in as_matrices(z1, z2)])
    half = len(views) // 2
    alignment = (views[:half] * views[half:]).sum(axis=1).mean()
    adapted = float(temperature * (1 + alpha * (alignment - threshold)))
    positive, partition = _logits(views, adapted)
    return adapted, 1 / (1 - np.exp(positive - partition) + 1e-8)


def _logits(views: FloatArray, temperature: float) -> tuple[FloatArray, FloatArray]:
    scores = views @ views.T / temperature
    size = len(views)
    positive = np.array([scores[i, (i + size // 2) % size] for i in range(size)])
    partition = np.array([np.log(np.exp(np.delete(scores[i], i)).sum()) for i in range(size)])
    return positive, partition
