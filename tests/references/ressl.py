"""ReSSL: relational consistency over a memory buffer (Zheng et al. 2021, eq. 4 to 6).

    p^1_i ∝ exp(z^1.q_i / τ_t),   p^2_i ∝ exp(z^2.q_i / τ_s),   L = H(p^1, p^2) = -Σ p^1 log p^2

z^1 the teacher's weak view, z^2 the student's strong view, l2-normalised; q the buffer. N batch, D features, M buffer.
"""

import numpy as np
import numpy.typing as npt

from .result import Loss, loss_from_parts
from .softmax import softmax
from .sphere import unit_rows


def loss(
    student: npt.ArrayLike,
    teacher: npt.ArrayLike,
    buffer: npt.ArrayLike,
    *,
    student_temperature: float,
    teacher_temperature: float,
) -> Loss:
    """Student and teacher [N D], buffer [M D] of unit rows."""
    rows = np.asarray(buffer, dtype=np.float64)
    strong, weak = (unit_rows(np.asarray(z, dtype=np.float64)) @ rows.T for z in (student, teacher))
    target, predicted = softmax(weak / teacher_temperature, axis=1), softmax(strong / student_temperature, axis=1)
    return loss_from_parts(joint=float((target * np.log(predicted)).sum(axis=1).mean()), marginal=0.0)
