"""The bundled two-view methods against their references, through the public `objective`."""

import pytest
from methods.agreement import Array, Reference, assert_agrees, correlated
from references import barlow_twins, vicreg

from ssmi_compiler import objective


def _barlow_twins(a: Array, b: Array) -> float:
    return barlow_twins.loss(a, b, off_diagonal=0.0051, scale=0.1, eps=1e-5).total


def _vicreg(a: Array, b: Array) -> float:
    return vicreg.loss(a, b).total


@pytest.mark.parametrize(("name", "reference"), [("barlow-twins", _barlow_twins), ("vicreg", _vicreg)])
def test_objective_agrees_with_the_reference(name: str, reference: Reference) -> None:
    assert_agrees(objective(name), correlated(2), reference)
