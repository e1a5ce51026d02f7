"""The bundled two-view methods against their references, through the public `objective`."""

import numpy as np
import pytest
from agreement import Array, Reference, assert_agrees, correlated
from references import barlow_twins, vicreg

from ssmi_compiler import objective
from ssmi_dsl.load import load


def _barlow_twins(a: Array, b: Array) -> float:
    return barlow_twins.loss(a, b, off_diagonal=0.0051, scale=0.1, eps=1e-5).total


def _vicreg(a: Array, b: Array) -> float:
    return vicreg.loss(a, b).total


def _multicrop(*views: Array) -> float:
    """The mean over ordered pairs of views of -log exp(u.v / τ) / Σ_{w ≠ u} exp(u.w / τ), sample by sample."""
    rows = [[z / np.linalg.norm(z) for z in view] for view in views]
    every = [(v, n) for v in range(len(rows)) for n in range(len(rows[0]))]
    losses: list[float] = []
    for v, n in every:
        others = sum(np.exp(rows[v][n] @ rows[w][m] / 0.1) for w, m in every if (w, m) != (v, n))
        losses += [float(np.log(others) - rows[v][n] @ rows[w][n] / 0.1) for w in range(len(rows)) if w != v]
    return float(np.mean(losses))


@pytest.mark.parametrize("num_views", [3, 4])
def test_simclr_of_several_views_agrees_with_the_mean_over_pairs(num_views: int) -> None:
    assert_agrees(objective("simclr-multicrop"), correlated(num_views, rows=5, width=4), _multicrop)


@pytest.mark.parametrize(("rows", "width", "seed"), [(6, 5, 0), (9, 3, 1)])
def test_simclr_of_two_views_is_the_case_of_two_views(rows: int, width: int, seed: int) -> None:
    views = correlated(2, rows=rows, width=width, seed=seed)
    assert_agrees(objective(load("simclr", overrides=["objective.critic.cosine.temperature=0.1"])), views, _multicrop)


@pytest.mark.parametrize(("name", "reference"), [("barlow-twins", _barlow_twins), ("vicreg", _vicreg)])
def test_objective_agrees_with_the_reference(name: str, reference: Reference) -> None:
    assert_agrees(objective(name), correlated(2), reference)
