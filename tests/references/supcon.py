"""Supervised contrastive learning (Khosla et al. 2020, eq. 2, L_out).

    L = 1/2N sum_i -1/|P(i)| sum_{p in P(i)} log [exp(u_i.u_p / tau) / sum_{a != i} exp(u_i.u_a / tau)]
P(i) the other views with the label of i. N batch, D features.
"""

import numpy as np
import numpy.typing as npt

from .result import Loss, loss_from_parts
from .sphere import as_matrices, unit_rows


def loss(z1: npt.ArrayLike, z2: npt.ArrayLike, labels: npt.NDArray[np.int64], *, temperature: float) -> Loss:
    """z1, z2 [N D], labels [N] -> the loss."""
    views = np.vstack([unit_rows(z) for z in as_matrices(z1, z2)])
    classes = np.concatenate([labels, labels])
    joint, marginal = 0.0, 0.0
    for i in range(len(views)):
        others = [a for a in range(len(views)) if a != i]
        partners = [p for p in others if classes[p] == classes[i]]
        joint += np.mean([views[i] @ views[p] for p in partners]) / temperature / len(views)
        marginal += np.log(sum(np.exp(views[i] @ views[a] / temperature) for a in others)) / len(views)
    return loss_from_parts(joint=joint, marginal=marginal)
