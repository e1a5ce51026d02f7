"""Estimates of mutual information against direct sums, caps and limits."""

import math

import pytest
import torch
from torch.nn import functional as F

from ssmi_runtime.evaluate import cosine_cap, estimate_mi
from ssmi_runtime.evaluate import mutual_information as module


def sphere(num: int, dim: int, seed: int) -> torch.Tensor:
    random = torch.Generator().manual_seed(seed)
    return F.normalize(torch.randn(num, dim, dtype=torch.float64, generator=random), dim=1)


def test_estimates_equal_direct_sums() -> None:
    a, t, num = sphere(6, 3, 0), 0.5, 6
    b = F.normalize(a + 0.5 * sphere(6, 3, 1), dim=1)
    s = [[sum(p * q for p, q in zip(x, y, strict=True)) / t for y in b.tolist()] for x in a.tolist()]
    joint = [s[i][i] for i in range(num)]
    off = [s[i][j] for i in range(num) for j in range(num) if i != j]
    mean = sum(joint) / num
    mean_exp = sum(map(math.exp, off)) / len(off)
    found = estimate_mi(3.0 * a, b, t)
    assert found.dv == pytest.approx(mean - math.log(mean_exp), rel=1e-10)
    assert found.nwj == pytest.approx(1 + mean - mean_exp, rel=1e-10)
    softplus = [math.log1p(math.exp(-x)) for x in joint], [math.log1p(math.exp(x)) for x in off]
    assert found.jsd == pytest.approx(-sum(softplus[0]) / num - sum(softplus[1]) / len(off), rel=1e-10)
    rows = sum(s[i][i] - math.log(sum(math.exp(x) for x in s[i])) for i in range(num)) / num
    columns = sum(s[i][i] - math.log(sum(math.exp(s[j][i]) for j in range(num))) for i in range(num)) / num
    assert found.infonce == pytest.approx(math.log(num) + (rows + columns) / 2, rel=1e-10)


@pytest.mark.parametrize(("temperature", "dim", "cap"), [(0.1, 128, 9.61), (0.5, 64, 1.97)])
def test_caps(temperature: float, dim: int, cap: float) -> None:
    assert cosine_cap(temperature, dim) == pytest.approx(cap, abs=0.005)


def test_cap_on_the_ordinary_sphere() -> None:
    for kappa in (0.5, 2.0, 50.0):
        log_mean = kappa + math.log(-math.expm1(-2 * kappa) / (2 * kappa))
        assert cosine_cap(1 / kappa, 3) == pytest.approx(kappa - log_mean, rel=1e-10)


def test_both_ways_to_the_bessel_function_agree(monkeypatch: pytest.MonkeyPatch) -> None:
    expected = [cosine_cap(t, 256) for t in (0.05, 0.2, 1.0)]
    monkeypatch.setattr(module, "DEBYE_FROM", math.inf)
    assert [cosine_cap(t, 256) for t in (0.05, 0.2, 1.0)] == pytest.approx(expected, rel=1e-8)


def test_cap_in_many_dimensions_is_near_its_limit() -> None:
    t, dim = 0.5, 16_384
    assert cosine_cap(t, dim) == pytest.approx(1 / t - 1 / (2 * dim * t * t), abs=1e-6)


def test_equal_features_reach_the_critics_cap() -> None:
    z = sphere(1024, 64, 2)
    found = estimate_mi(z, z, 0.5)
    assert found.dv == pytest.approx(found.cosine_cap, abs=0.02)
    assert found.infonce < found.infonce_cap == math.log(1024)
    sharp = estimate_mi(z[:64], z[:64], 0.01)
    assert sharp.infonce == pytest.approx(math.log(64), abs=1e-6)


def test_independent_features_have_none() -> None:
    found = estimate_mi(sphere(1024, 16, 3), sphere(1024, 16, 4), 1.0)
    assert found.dv <= 0.02
    assert found.infonce <= 0.02
    assert found.jsd <= -2 * math.log(2) + 0.02


def test_refusals() -> None:
    with pytest.raises(ValueError, match="pairs"):
        estimate_mi(torch.ones(3, 2), torch.ones(4, 2), 0.1)
    with pytest.raises(ValueError, match="temperature"):
        estimate_mi(torch.ones(3, 2), torch.ones(3, 2), 0.0)
