"""Decoupled contrastive learning, DCL and DCLW (Yeh et al. 2022, eqs. 6 and 7).

For each view k and sample i, with s = cos / tau and the 2 (N - 1) negatives of both views:
    L_i = -w_i s(z_i, z'_i) + log sum_{j != i} [exp s(z_i, z_j) + exp s(z_i, z'_j)]
    w_i = 1, or 2 - N softmax_i(cos(z_i, z'_i) / sigma), a constant of the gradient
averaged over samples and views. N batch, D features.
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
    sigma: float | None = None,
    weights: FloatArray | None = None,
) -> Loss:
    """z1, z2 [N D] -> the loss; `weights` [N] replace those of the inputs, to hold them constant in a derivative."""
    u, v = (unit_rows(z) for z in as_matrices(z1, z2))
    if weights is None:
        weights = np.ones(len(u)) if sigma is None else weights_of(u, v, sigma=sigma)
    total, joint = 0.0, 0.0
    for one, other in ((u, v), (v, u)):
        for i in range(len(one)):
            rest = [j for j in range(len(one)) if j != i]
            similarities = np.concatenate([one[rest] @ one[i], other[rest] @ one[i]]) / temperature
            total += np.log(np.exp(similarities).sum()) / (2 * len(one))
            joint += weights[i] * (one[i] @ other[i]) / temperature / (2 * len(one))
    return loss_from_parts(joint=joint, marginal=total)


def weights_of(z1: npt.ArrayLike, z2: npt.ArrayLike, *, sigma: float) -> FloatArray:
    """The negative von Mises-Fisher weights [N]."""
    u, v = (unit_rows(z) for z in as_matrices(z1, z2))
    scores = np.exp(np.array([a @ b for a, b in zip(u, v, strict=True)]) / sigma)
    return 2 - len(u) * scores / scores.sum()
