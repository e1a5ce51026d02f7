"""Collapse monitors of features z [N D]."""

from dataclasses import dataclass
from typing import Literal

import torch
from torch import Tensor
from torch.nn import functional as F

from ssmi_runtime.errors import RunError

COMPLETE_BELOW = 0.1
DIMENSIONAL_BELOW = 0.05

Verdict = Literal["healthy", "dimensional", "complete"]


@dataclass(frozen=True, slots=True)
class CollapseReport:
    """What the spread of features says.

    `feature_std`: mean standard deviation of the coordinates of l2-normalised features; `expected_std` = 1/sqrt(D), that of directions
    uniform on the sphere (Chen & He 2021, section 4.1). `effective_rank` is at most `max_rank` = min(N - 1, D). `mean_cosine` is over
    pairs of different samples. `verdict`: `complete` if feature_std is under a tenth of what is expected, `dimensional` if the
    effective rank is under 1.5 or under a twentieth of max_rank, else `healthy`.
    """

    feature_std: float
    expected_std: float
    effective_rank: float
    max_rank: int
    mean_cosine: float
    verdict: Verdict


@torch.no_grad()
def collapse_report(z: Tensor) -> CollapseReport:
    """The report of z [N D], in float64. Raises RunError for fewer than two samples or values that are not finite."""
    if z.ndim != 2 or len(z) < 2:
        raise RunError(f"collapse is measured on features [N D] of two samples or more, got {list(z.shape)}")
    if not bool(torch.isfinite(z).all()):
        raise RunError("collapse cannot be measured: the features are not finite")
    num, dim = z.shape
    z = z.double()
    unit = F.normalize(z, dim=1)
    std, expected = float(unit.std(dim=0).mean()), dim**-0.5
    rank, max_rank = effective_rank(z), min(num - 1, dim)
    cosine = float((unit.sum(dim=0).square().sum() - unit.square().sum()) / (num * (num - 1)))
    verdict: Verdict = "healthy"
    if std < COMPLETE_BELOW * expected:
        verdict = "complete"
    elif max_rank > 1 and rank < max(1.5, DIMENSIONAL_BELOW * max_rank):
        verdict = "dimensional"
    return CollapseReport(std, expected, rank, max_rank, cosine, verdict)


def feature_std(z: Tensor) -> float:
    """Mean standard deviation of l2-normalised features, times √D: near 1 when spread over the sphere, 0 when collapsed."""
    return float(F.normalize(z, dim=1).std(dim=0).mean() * z.shape[1] ** 0.5)


def effective_rank(z: Tensor) -> float:
    """exp of the entropy of the normalised singular values of centred features (Roy & Vetterli 2007); at most min(N - 1, D)."""
    z = z.double()
    values = torch.linalg.svdvals(z - z.mean(dim=0))
    weights = values / values.sum().clamp_min(1e-300)
    return float(torch.exp(-(weights * weights.clamp_min(1e-300).log()).sum()))
