"""Contrastive predictive coding on a map of patches (van den Oord et al. 2018, eq. 3 and 4).

    L_k = - mean over (n, r, c) of log [ f_k(z_{n, r+k, c}) / sum_j f_k(z_j) ],   f_k(z) = exp(zᵀ W_k c_{n, r, c})
    candidates z_j: the patches in rows k + 1 to R of all images, the positive among them

Contexts and encodings [N R C D], W_k [D D].
"""

import numpy as np
import numpy.typing as npt


def loss(contexts: npt.ArrayLike, encodings: npt.ArrayLike, weight: npt.ArrayLike, *, steps: int) -> float:
    context, encoding, matrix = (np.asarray(each, dtype=np.float64) for each in (contexts, encodings, weight))
    num, rows, columns, _ = context.shape
    candidates = [
        encoding[image, row, column] for image in range(num) for row in range(steps, rows) for column in range(columns)
    ]
    losses: list[float] = []
    for image in range(num):
        for row in range(rows - steps):
            for column in range(columns):
                # W_k maps the context to a prediction of the encoding
                prediction = context[image, row, column] @ matrix
                scores = np.array([prediction @ candidate for candidate in candidates])
                positive = prediction @ encoding[image, row + steps, column]
                losses.append(float(scores.max() + np.log(np.exp(scores - scores.max()).sum()) - positive))
    return float(np.mean(losses))
