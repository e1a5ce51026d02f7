"""Caps and biases of cosine critics against other ways to them."""

import math

import numpy as np
import pytest
from scipy import special

from ssmi_dsl.caps import cosine_cap, half_life, horizon, infonce_cap, log_mean_exp_sphere, relative_variance
from ssmi_runtime.evaluate.mutual_information import cosine_cap as cap_by_bessel


@pytest.mark.parametrize("temperature", [0.002, 0.05, 0.07, 0.2, 0.5, 1.0, 10.0])
@pytest.mark.parametrize("dim", [2, 3, 64, 128, 2048, 16384])
def test_caps_agree_with_the_scaled_bessel_function(temperature: float, dim: int) -> None:
    assert cosine_cap(temperature, dim) == pytest.approx(cap_by_bessel(temperature, dim), rel=1e-6, abs=1e-9)


def test_on_the_ordinary_sphere_the_mean_is_a_hyperbolic_sine() -> None:
    for kappa in (0.1, 1.0, 30.0, 600.0):
        expected = kappa - math.log(2 * kappa) + math.log1p(-math.exp(-2 * kappa))
        assert log_mean_exp_sphere(kappa, 3) == pytest.approx(expected, rel=1e-12)


def test_on_the_circle_the_mean_is_a_bessel_function() -> None:
    assert log_mean_exp_sphere(5.0, 2) == pytest.approx(math.log(special.iv(0, 5.0)), rel=1e-13)


def test_in_one_dimension_there_are_two_points() -> None:
    assert log_mean_exp_sphere(2.0, 1) == pytest.approx(math.log(math.cosh(2.0)), rel=1e-13)


def test_extremes_neither_overflow_nor_take_long() -> None:
    assert log_mean_exp_sphere(0.0, 8) == 0.0
    assert cosine_cap(1e200, 8) == pytest.approx(1e-200)
    assert cosine_cap(1e-6, 128) > 0
    assert cosine_cap(1e-12, 128) == pytest.approx(1e12)
    assert relative_variance(1e-3, 16) == pytest.approx(math.exp(_exponent(1e-3, 16)), rel=1e-6)
    assert relative_variance(1e-9, 128) == math.inf
    with pytest.raises(ValueError, match="dim"):
        log_mean_exp_sphere(1.0, 0)


def test_values_of_the_table_in_the_theory() -> None:
    assert [round(cosine_cap(0.07, dim), 2) for dim in (64, 128, 256, 2048)] == [12.73, 13.49, 13.89, 14.24]
    shown = [round(infonce_cap(t, candidates=256, samples=256), 2) for t in (0.05, 0.1, 0.2, 0.5, 1.0)]
    assert shown == [5.55, 5.53, 4.56, 1.98, 1.0]
    assert [round(half_life(m)) for m in (0.9, 0.99, 0.996, 0.999, 0.9999)] == [7, 69, 173, 693, 6931]
    assert (half_life(0.0), half_life(1.0), horizon(0.99), horizon(1.0)) == (
        0.0,
        math.inf,
        pytest.approx(100),
        math.inf,
    )


def test_the_bias_of_the_logarithm_is_that_of_random_embeddings() -> None:
    # N (N - 1) pairs of unit vectors are uncorrelated, so their number is the sample size of the mean
    generator, batch, dim, temperature = np.random.default_rng(0), 24, 16, 0.16
    logs: list[float] = []
    for _ in range(4000):
        x, y = (_unit(generator.normal(size=(batch, dim))) for _ in range(2))
        scores = (x @ y.T / temperature)[~np.eye(batch, dtype=bool)]
        logs.append(float(np.asarray(special.logsumexp(scores))) - math.log(scores.size))
    bias = log_mean_exp_sphere(1 / temperature, dim) - float(np.mean(logs))
    predicted = relative_variance(temperature, dim) / (2 * batch * (batch - 1))
    assert bias == pytest.approx(predicted, abs=4 * float(np.std(logs)) / math.sqrt(len(logs)) + 0.1 * predicted)
    assert predicted > 2 * float(np.std(logs)) / math.sqrt(len(logs))


def _unit(x: np.ndarray) -> np.ndarray:
    return x / np.linalg.norm(x, axis=1, keepdims=True)


def _exponent(temperature: float, dim: int) -> float:
    return log_mean_exp_sphere(2 / temperature, dim) - 2 * log_mean_exp_sphere(1 / temperature, dim)
