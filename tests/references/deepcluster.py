"""DeepCluster-v2: prediction of the k-means assignment against the centres themselves (Caron et al. 2020, appendix A.3).

    L = -mean_i log softmax(C ẑ_i / τ)[a_i],  a_i the cluster of sample i, C unit centres; spherical k-means (Lloyd on the sphere)

N batch, D features, K clusters, M memory.
"""

import numpy as np
import numpy.typing as npt

from .result import FloatArray
from .softmax import log_sum_exp
from .sphere import unit_rows


def loss(z: npt.ArrayLike, centres: npt.ArrayLike, clusters: npt.ArrayLike, *, temperature: float) -> float:
    """z [N D], unit centres [K D], clusters of the samples [N]."""
    logits = unit_rows(np.asarray(z, dtype=np.float64)) @ np.asarray(centres, dtype=np.float64).T / temperature
    own = logits[np.arange(len(logits)), np.asarray(clusters, dtype=np.int64)]
    return float((log_sum_exp(logits, axis=1) - own).mean())


def lloyd(rows: npt.ArrayLike, centres: npt.ArrayLike, iterations: int) -> tuple[FloatArray, npt.NDArray[np.int64]]:
    """Rows [M D] and first centres [K D] -> centres after `iterations`, and the nearest of them for each row."""
    points, current = np.asarray(rows, dtype=np.float64), np.array(centres, dtype=np.float64)
    for _ in range(iterations):
        nearest = (points @ current.T).argmax(axis=1)
        for k in range(len(current)):
            if (members := points[nearest == k]).size:
                current[k] = members.sum(axis=0) / np.linalg.norm(members.sum(axis=0))
    return current, (points @ current.T).argmax(axis=1)
