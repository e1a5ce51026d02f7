"""Caps and biases against closed forms, the tables of the theory, SciPy's Bessel function and simulation."""

import math

import numpy as np
import pytest

from ssmi_dsl.caps import cosine_cap, half_life, horizon, infonce_cap, log_mean_exp_sphere, relative_variance
from ssmi_dsl.terms.critics.standardized import Standardized
from ssmi_dsl.terms.marginals.cross_correlation import CrossCorrelation
from ssmi_dsl.terms.marginals.variance_covariance import VarianceCovariance
from ssmi_runtime.evaluate.mutual_information import cosine_cap as cosine_cap_by_bessel


@pytest.mark.parametrize(
    ("temperature", "dim", "expected"),
    [(0.05, 64, 17.01), (0.05, 2048, 19.90), (0.07, 128, 13.49), (0.1, 128, 9.61), (0.2, 256, 4.95), (0.5, 64, 1.97)],
)
def test_attainable_caps_of_the_table(temperature: float, dim: int, expected: float) -> None:
    assert cosine_cap(temperature, dim) == pytest.approx(expected, abs=0.005)


@pytest.mark.parametrize("dim", [2, 3, 16, 127, 512, 8192])
@pytest.mark.parametrize("temperature", [0.01, 0.07, 0.2, 1.0, 30.0])
def test_the_series_agrees_with_the_bessel_function(temperature: float, dim: int) -> None:
    assert cosine_cap(temperature, dim) == pytest.approx(cosine_cap_by_bessel(temperature, dim), rel=1e-9, abs=1e-10)


@pytest.mark.parametrize("kappa", [0.0, 1e-3, 1.0, 40.0, 700.0, 1e6])
def test_the_series_in_one_and_three_dimensions_has_closed_forms(kappa: float) -> None:
    log_cosh = kappa + math.log1p(math.exp(-2 * kappa)) - math.log(2)
    assert log_mean_exp_sphere(kappa, 1) == pytest.approx(log_cosh, rel=1e-9, abs=1e-9)
    log_sinc = kappa + math.log(-math.expm1(-2 * kappa) / (2 * kappa)) if kappa else 0.0
    assert log_mean_exp_sphere(kappa, 3) == pytest.approx(log_sinc, rel=1e-9, abs=1e-9)


def test_outside_of_the_domain_is_refused() -> None:
    for kappa, dim in ((-1.0, 3), (1.0, 0), (math.inf, 3), (math.nan, 3)):
        with pytest.raises(ValueError, match="dim >= 1"):
            log_mean_exp_sphere(kappa, dim)


@pytest.mark.parametrize("kind", [0, 1, 2])
def test_unit_vectors_never_exceed_the_infonce_cap(kind: int) -> None:
    rng = np.random.default_rng(0)
    for num in (2, 8, 64):
        for temperature in (0.05, 0.2, 1.0):
            z, other = rng.normal(size=(2, num, 16))
            # aligned, opposed to their own mean, and of two unlike branches: the proof needs none of it
            other = {0: z, 1: z - z.mean(axis=0), 2: other}[kind]
            z, other = (x / np.linalg.norm(x, axis=1, keepdims=True) for x in (z, other))
            scores = z @ other.T / temperature
            peak = scores.max(axis=1, keepdims=True)
            partition = np.log(np.exp(scores - peak).sum(axis=1)) + peak[:, 0]
            value = math.log(num) + float((np.diag(scores) - partition).mean())
            assert value <= infonce_cap(temperature, candidates=num, samples=num) + 1e-12


def test_the_infonce_cap_is_attained_at_the_corners_of_a_simplex() -> None:
    num, temperature = 8, 0.3
    corners = np.eye(num) - 1 / num
    corners /= np.linalg.norm(corners, axis=1, keepdims=True)
    scores = corners @ corners.T / temperature
    value = math.log(num) + float((np.diag(scores) - np.log(np.exp(scores).sum(axis=1))).mean())
    assert infonce_cap(temperature, candidates=num, samples=num) == pytest.approx(value, rel=1e-12)
    # all views: every anchor sees its other view and both views of the others
    others = np.exp(scores).sum(axis=1) * 2 - math.exp(1 / temperature)
    both = math.log(2 * num - 1) + float((np.diag(scores) - np.log(others)).mean())
    assert infonce_cap(temperature, candidates=2 * num - 1, samples=num) == pytest.approx(both, rel=1e-12)


def test_relative_variance_by_simulation() -> None:
    rng = np.random.default_rng(1)
    u = rng.normal(size=(400_000, 8))
    first = np.exp(u[:, 0] / np.linalg.norm(u, axis=1) / 0.5)
    assert relative_variance(0.5, 8) == pytest.approx(float(first.var() / first.mean() ** 2), rel=0.01)
    assert relative_variance(1e-3, 2) == math.inf or relative_variance(1e-3, 2) > 1


def test_the_minibatch_bias_by_simulation() -> None:
    rng = np.random.default_rng(2)
    temperature, dim, num = 0.5, 8, 64
    u = rng.normal(size=(20_000, num, dim))
    scores = u[:, :, 0] / np.linalg.norm(u, axis=2) / temperature
    found = log_mean_exp_sphere(1 / temperature, dim) - np.log(np.exp(scores).mean(axis=1)).mean()
    assert float(found) == pytest.approx(relative_variance(temperature, dim) / (2 * num), rel=0.06)


def test_noise_floors_by_simulation() -> None:
    rng = np.random.default_rng(3)
    num, dim = 32, 12
    correlations, covariances = [], []
    for _ in range(400):
        x, y = rng.normal(size=(2, num, dim))
        a, b = ((z - z.mean(axis=0)) / z.std(axis=0) for z in (x, y))
        c = a.T @ b / num
        correlations.append(0.0051 * ((c**2).sum() - (np.diag(c) ** 2).sum()))
        spread = [np.cov(z.T) for z in (x, y)]
        covariances.append(sum((s**2).sum() - (np.diag(s) ** 2).sum() for s in spread) / dim)
    floor = CrossCorrelation().noise_floor(num, dim)
    assert float(np.mean(correlations)) == pytest.approx(floor, rel=0.03)
    assert float(np.mean(covariances)) == pytest.approx(VarianceCovariance().noise_floor(num, dim), rel=0.05)
    assert CrossCorrelation().noise_floor(1, dim) is None


def test_the_variance_of_a_standardised_critic_is_its_width() -> None:
    rng = np.random.default_rng(4)
    x, y = rng.normal(size=(2, 20_000, 16))
    assert float((x * y).sum(axis=1).var()) == pytest.approx(Standardized().independent_variance(16), rel=0.05)


@pytest.mark.parametrize(("momentum", "steps"), [(0.9, 7), (0.99, 69), (0.996, 173), (0.999, 693), (0.9999, 6931)])
def test_half_lives_of_the_table(momentum: float, steps: int) -> None:
    assert round(half_life(momentum)) == steps


def test_ends_of_the_momentum() -> None:
    assert (half_life(0.0), half_life(1.0), horizon(0.99), horizon(1.0)) == (
        0.0,
        math.inf,
        pytest.approx(100),
        math.inf,
    )
