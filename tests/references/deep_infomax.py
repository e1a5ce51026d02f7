"""Local Deep InfoMax with the Jensen-Shannon objective (Hjelm et al. 2019, eq. 4 and 6), to minimise.

    L = mean_{i,p} softplus(-T_ip,i) + mean_{i,p,j≠i} softplus(T_ip,j),   T = local · global

Local features [N P D], global features [N D].
"""

import numpy as np
import numpy.typing as npt


def loss(local: npt.ArrayLike, whole: npt.ArrayLike) -> float:
    x, y = np.asarray(local, dtype=np.float64), np.asarray(whole, dtype=np.float64)
    positive = [np.logaddexp(0.0, -place @ y[i]) for i, sample in enumerate(x) for place in sample]
    negative = [
        np.logaddexp(0.0, place @ other)
        for i, sample in enumerate(x)
        for place in sample
        for j, other in enumerate(y)
        if j != i
    ]
    return float(np.mean(positive) + np.mean(negative))
