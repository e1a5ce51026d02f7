"""Collapse monitors against closed forms."""

import math

import pytest
import torch

from ssmi_runtime.errors import RunError
from ssmi_runtime.evaluate import collapse_report, effective_rank


def with_singular_values(values: list[float], num: int = 64) -> torch.Tensor:
    """Centred features [num len(values)] with these singular values."""
    random = torch.randn(num, len(values), dtype=torch.float64, generator=torch.Generator().manual_seed(0))
    basis = torch.linalg.qr(random - random.mean(0)).Q
    return basis * torch.tensor(values, dtype=torch.float64)


@pytest.mark.parametrize("rank", [1, 2, 5, 8])
def test_equal_singular_values_give_their_number(rank: int) -> None:
    assert effective_rank(with_singular_values([3.0] * rank + [0.0] * (8 - rank))) == pytest.approx(rank, rel=1e-9)


def test_two_unequal_singular_values() -> None:
    p = 0.8
    entropy = -p * math.log(p) - (1 - p) * math.log(1 - p)
    assert effective_rank(with_singular_values([4.0, 1.0])) == pytest.approx(math.exp(entropy), rel=1e-9)


def test_spread_features_are_healthy() -> None:
    z = torch.randn(2000, 32, generator=torch.Generator().manual_seed(1))
    report = collapse_report(z)
    assert report.verdict == "healthy"
    assert report.expected_std == 32**-0.5
    assert report.feature_std == pytest.approx(report.expected_std, rel=0.02)
    assert report.max_rank == 32
    assert 30 < report.effective_rank <= 32
    cosine = torch.nn.functional.normalize(z.double(), dim=1)
    naive = (cosine @ cosine.T)[~torch.eye(2000, dtype=torch.bool)].mean()
    assert report.mean_cosine == pytest.approx(float(naive), abs=1e-10)


def test_constant_features_have_collapsed() -> None:
    z = torch.ones(50, 16) + 1e-4 * torch.randn(50, 16, generator=torch.Generator().manual_seed(2))
    report = collapse_report(z)
    assert report.verdict == "complete"
    assert report.mean_cosine == pytest.approx(1.0, abs=1e-6)
    assert collapse_report(torch.zeros(4, 3)).verdict == "complete"


def test_features_on_a_line_have_collapsed_dimensionally() -> None:
    random = torch.Generator().manual_seed(3)
    z = torch.randn(100, 1, generator=random) * torch.randn(1, 40, generator=random)
    assert collapse_report(z).verdict == "dimensional"


def test_max_rank_of_few_samples() -> None:
    assert collapse_report(torch.randn(5, 40, generator=torch.Generator().manual_seed(4))).max_rank == 4


@pytest.mark.parametrize("z", [torch.ones(1, 4), torch.tensor([[1.0, math.nan], [0.0, 1.0]])])
def test_refusals(z: torch.Tensor) -> None:
    with pytest.raises(RunError):
        collapse_report(z)
