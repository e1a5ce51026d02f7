"""DirectPred with its predictor and SALT against their references, through the public `objective`. Legend: N batch, D embedding."""

import numpy as np
import pytest
import torch
from agreement import Array, assert_agrees, correlated
from references import directpred, salt
from references.gradient import numerical_gradients, relative_error

from ssmi_compiler import objective
from ssmi_compiler.nn.direct_predictor import DirectPredictor
from ssmi_dsl.load import load

SIZES = [(8, 5, 0), (24, 12, 1), (20, 6, 2)]
sizes = pytest.mark.parametrize(("rows", "width", "seed"), SIZES)


@sizes
def test_directpred_agrees_with_the_reference_predictor_included(rows: int, width: int, seed: int) -> None:
    declared = load("directpred").spec.optimize.predictor.direct
    assert declared is not None
    module = DirectPredictor(declared, width)
    first, second, target1, target2 = correlated(4, rows=rows, width=width, seed=seed)
    past = correlated(1, rows=3 * rows, width=width, seed=seed + 1)[0]
    module(torch.tensor(past))  # an earlier step
    matrix = directpred.correlation(np.zeros((width, width)), past, momentum=0.3)

    predictors: list[Array] = []
    for z in (first, second):
        matrix = directpred.correlation(matrix, z, momentum=0.3)
        predictors.append(directpred.predictor(matrix, eps=0.01))
    z = [torch.tensor(view, dtype=torch.float32, requires_grad=True) for view in (first, second)]
    t = [torch.tensor(view, dtype=torch.float32) for view in (target1, target2)]
    made = objective("directpred")
    loss = torch.zeros(())
    for view in range(2):
        prediction = module(z[view])
        np.testing.assert_allclose(module.weight().numpy(), predictors[view], rtol=1e-4, atol=2e-5)
        loss = loss + made(prediction, t[1 - view]).total
    loss.backward()

    def reference(first: Array, second: Array) -> float:
        return directpred.loss((first, second), (target1, target2), predictors)

    assert made.method.objective.directions == "sum"
    assert loss.item() == pytest.approx(reference(first, second), rel=1e-5)
    expected = numerical_gradients(reference, {"first": first, "second": second})
    for tensor, name in zip(z, ("first", "second"), strict=True):
        assert tensor.grad is not None
        assert relative_error(tensor.grad.double().numpy(), expected[name]) < 5e-5, name
    np.testing.assert_allclose(module.correlation.numpy(), matrix, rtol=1e-5, atol=1e-6)


@sizes
def test_salt_agrees_with_the_reference(rows: int, width: int, seed: int) -> None:
    views = correlated(2, rows=rows, width=width, seed=seed)
    assert_agrees(objective("salt"), views, salt.loss)
    assert load("salt").objective.directions == "mean"
