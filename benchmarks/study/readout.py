"""How much two sets of embeddings share, in nats: InfoNCE under critics that know nothing of the pairs that are read.

Whatever the critic, the value is a lower bound of the information, but for the noise of the pairs, so the best of several is one, too.
Legend: N pairs, M other pairs, D features, K directions in which they vary.
"""

import math
from dataclasses import dataclass

import torch
from torch import Tensor
from torch.nn import functional as F

TEMPERATURES = (0.05, 0.1, 0.2, 0.5, 1.0, 2.0)
# directions whose variance is a smaller share of the largest one are left out of canonical analysis
LEAST_VARIANCE = 1e-6


def infonce(scores: Tensor) -> float:
    """The mean of both directions, nats; scores [N N] of all pairs."""
    joint = scores.diagonal()
    rows, columns = (joint - scores.logsumexp(dim) for dim in (1, 0))
    return math.log(len(scores)) + float((rows.mean() + columns.mean()) / 2)


def by_cosines(a: Tensor, b: Tensor) -> float:
    """The best of cosines at several temperatures; a, b [N D]."""
    cosines = F.normalize(a.double(), dim=1) @ F.normalize(b.double(), dim=1).T
    return max(infonce(cosines / temperature) for temperature in TEMPERATURES)


@dataclass(frozen=True)
class Canonical:
    """Linear maps of two sides to canonical variables, each weighed by the root of its correlation: what is read behind them is the same for every
    invertible linear map of a side."""

    mean_a: Tensor
    mean_b: Tensor
    map_a: Tensor
    map_b: Tensor

    def read(self, a: Tensor, b: Tensor) -> float:
        """By cosines of canonical variables; a, b [N D]."""
        return by_cosines((a.double() - self.mean_a) @ self.map_a, (b.double() - self.mean_b) @ self.map_b)


def canonical(a: Tensor, b: Tensor) -> Canonical:
    """Canonical correlation analysis (Hotelling 1936) of a, b [M D], which must be other pairs than those that are read."""
    a, b = a.double(), b.double()
    mean_a, mean_b = a.mean(dim=0), b.mean(dim=0)
    white_a, white_b = _whitening(a - mean_a), _whitening(b - mean_b)
    correlation = ((a - mean_a) @ white_a).T @ ((b - mean_b) @ white_b) / len(a)
    left, size, right = torch.linalg.svd(correlation, full_matrices=False)
    return Canonical(mean_a, mean_b, white_a @ left * size.sqrt(), white_b @ right.T * size.sqrt())


def _whitening(x: Tensor) -> Tensor:
    """[D K] that brings centred x [M D] to covariance I, in the K directions in which it varies."""
    variance, directions = torch.linalg.eigh(x.T @ x / len(x))
    kept = variance > LEAST_VARIANCE * variance[-1]
    return directions[:, kept] * torch.rsqrt(variance[kept])
