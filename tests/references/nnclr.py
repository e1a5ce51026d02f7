"""NNCLR: nearest neighbours of a support set as positives (Dwibedi et al. 2021, eq. 2 and 3).

    NN(z, Q) = argmin_{q in Q} |z - q|,   L = -mean_i log [ exp(NN(z_i, Q).p_i / τ) / Σ_k exp(NN(z_i, Q).p_k / τ) ]

z_i embedding of one view, p_i prediction of the other, both l2-normalised; Q holds unit rows of past steps. N batch, D features, M support.
"""

import numpy as np
import numpy.typing as npt

from .result import FloatArray, Loss, loss_from_parts
from .softmax import log_sum_exp
from .sphere import unit_rows


def neighbours(z: npt.ArrayLike, support: npt.ArrayLike) -> FloatArray:
    """z [N D], support [M D] -> [N D], for every normalised row of z the support row at least distance."""
    unit, rows = unit_rows(np.asarray(z, dtype=np.float64)), np.asarray(support, dtype=np.float64)
    return np.stack([rows[int(((rows - row) ** 2).sum(axis=1).argmin())] for row in unit])


def loss(p: npt.ArrayLike, z: npt.ArrayLike, support: npt.ArrayLike, *, temperature: float) -> Loss:
    """Predictions p of one view against embeddings z of the other, [N D]."""
    predictions = unit_rows(np.asarray(p, dtype=np.float64))
    logits = neighbours(z, support) @ predictions.T / temperature
    return loss_from_parts(joint=np.trace(logits) / len(logits), marginal=log_sum_exp(logits, axis=1).mean())
