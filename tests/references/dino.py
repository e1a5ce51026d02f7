"""DINO: cross-entropy of the student's softmax with the teacher's, centred and sharpened (Caron et al. 2021, section 3.1, eq. 2 and 4).

    P_t = softmax((g_t - c) / τ_t),   P_s = softmax(g_s / τ_s),   L = mean over the batch of -Σ_k P_t log P_s
    c <- m c + (1 - m) mean of the teacher's outputs

Scores s, t [N K], centre c [K].
"""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from .result import FloatArray, Loss, loss_from_parts
from .softmax import softmax


def loss(
    student: npt.ArrayLike,
    teacher: npt.ArrayLike,
    center: npt.ArrayLike,
    *,
    student_temperature: float,
    teacher_temperature: float,
) -> Loss:
    """One student view and one teacher view, scores [N K]."""
    s, t, c = (np.asarray(value, dtype=np.float64) for value in (student, teacher, center))
    total = 0.0
    for s_row, t_row in zip(s, t, strict=True):
        target = softmax((t_row - c) / teacher_temperature, axis=0)
        total -= float(target @ np.log(softmax(s_row / student_temperature, axis=0)))
    return loss_from_parts(joint=-total / len(s), marginal=0.0)


def new_center(center: npt.ArrayLike, teachers: Sequence[npt.ArrayLike], *, momentum: float) -> FloatArray:
    """The centre after a step in which the teacher gave `teachers`, each [N K]."""
    rows = np.concatenate([np.asarray(value, dtype=np.float64) for value in teachers])
    return momentum * np.asarray(center, dtype=np.float64) + (1 - momentum) * rows.mean(axis=0)
