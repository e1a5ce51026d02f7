"""Collapse in a linear model (after Tian et al. 2021, arXiv:2102.06810, section 3): what stop-gradient, predictor and EMA do.

Online encoder W [D F], predictor P [D D], target T [D F]: expected gradient flow of ½ E |P W x₁ - T x₂|² with weight decay, where the views share
the covariance X and have independent noise of covariance X'. The table of docs/theory.md is what these tests assert.
"""

import numpy as np
import numpy.typing as npt
import pytest

F, D, STEPS, RATE = 16, 8, 6000, 0.05
Matrix = npt.NDArray[np.float64]


def train(
    *, predictor: bool, stop: bool, momentum: float = 0.0, decay: float = 0.01, predictor_rate: float = 1.0
) -> Matrix:
    """W after training; `momentum` of an EMA target, 0 for tied weights."""
    generator = np.random.default_rng(0)
    shared = np.diag(np.linspace(1.0, 0.3, F))
    total = shared + 0.2 * np.eye(F)
    w = 0.3 * generator.normal(size=(D, F))
    p = np.eye(D) + (0.1 * generator.normal(size=(D, D)) if predictor else 0.0)
    target = w.copy()
    for _ in range(STEPS):
        t = target if momentum > 0.0 else w
        error = p @ w @ total - t @ shared
        gradient = p.T @ error
        if not stop:
            gradient = gradient + t @ total - p @ w @ shared
        p_gradient = error @ w.T
        w = w - RATE * (gradient + decay * w)
        if predictor:
            p = p - RATE * predictor_rate * (p_gradient + decay * p)
        target = momentum * target + (1.0 - momentum) * w
    return w


def rank(w: Matrix) -> int:
    values = np.linalg.svd(w, compute_uv=False)
    return int((values > 0.05 * max(values[0], 0.05)).sum())


@pytest.mark.parametrize("momentum", [0.0, 0.99])
def test_predictor_and_stop_gradient_together_learn(momentum: float) -> None:
    w = train(predictor=True, stop=True, momentum=momentum)
    assert np.linalg.norm(w) == pytest.approx(2.24, abs=0.01)
    assert rank(w) == 8


@pytest.mark.parametrize(
    ("predictor", "stop", "momentum"),
    [(False, True, 0.0), (False, True, 0.99), (True, False, 0.0), (False, False, 0.0)],
    ids=["no predictor", "no predictor, EMA target", "no stop-gradient", "neither"],
)
def test_without_one_of_them_the_encoder_goes_to_zero(predictor: bool, stop: bool, momentum: float) -> None:
    assert np.linalg.norm(train(predictor=predictor, stop=stop, momentum=momentum)) < 1e-2


def test_a_slow_predictor_or_no_weight_decay_loses_dimensions() -> None:
    assert rank(train(predictor=True, stop=True, predictor_rate=0.1)) == 5
    assert rank(train(predictor=True, stop=True, decay=0.0)) == 7
