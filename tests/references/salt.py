"""SALT, stage two: a student predicts the features of a frozen teacher (Li et al. 2025, section 3), with the squared distance that the spec says.

    L = mean over samples and features of (g(f(x_v)) - t(x_v'))², mean over both directions

t never moves. The paper has the absolute difference on masked patches of videos. N batch, D features of the teacher.
"""

import numpy as np
import numpy.typing as npt


def loss(predictions: npt.ArrayLike, features: npt.ArrayLike) -> float:
    """Predictions of one view and teacher features of the other, [N D]."""
    p, t = np.asarray(predictions, dtype=np.float64), np.asarray(features, dtype=np.float64)
    num, width = p.shape
    return float(sum(((p[i] - t[i]) ** 2).sum() / width for i in range(num)) / num)
