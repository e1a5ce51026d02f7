"""Methods with an EMA key, stored positives or stored relations, against their references, through the public `objective`.

Legend: N batch, D embedding, M stored rows, V views.
"""

from collections.abc import Callable

import numpy as np
import pytest
import torch
from agreement import Array, assert_agrees, correlated
from references import infonce, moco_v2, nnclr, ressl, tico
from references.gradient import numerical_gradients, relative_error
from references.sphere import unit_rows

from ssmi_compiler import objective
from ssmi_dsl.load import load

SIZES = [(8, 5, 0), (24, 12, 1), (6, 16, 2)]
M = 30
sizes = pytest.mark.parametrize(("rows", "width", "seed"), SIZES)


def _stored(width: int, seed: int) -> Array:
    return unit_rows(np.random.default_rng(100 + seed).normal(size=(M, width)))


@sizes
def test_moco_v1_agrees_with_the_reference(rows: int, width: int, seed: int) -> None:
    queue = _stored(width, seed)
    method = load("moco-v1", overrides=[f"objective.marginal.queue.size={M}"])

    def reference(a: Array, b: Array) -> float:
        return moco_v2.loss(a, b, queue, temperature=0.07).total

    memory = {"queue": queue, "pointer": 0.0}
    assert_agrees(objective(method), correlated(2, rows=rows, width=width, seed=seed), reference, memory=memory)


@sizes
def test_moco_v3_agrees_with_the_reference(rows: int, width: int, seed: int) -> None:
    def reference(a: Array, b: Array) -> float:
        # the reference is the bound, whose inner mean gives log N less than the cross-entropy of the paper
        return 2 * 0.2 * (infonce.loss(a, b, temperature=0.2, symmetric=False).total + float(np.log(rows)))

    assert_agrees(objective("moco-v3"), correlated(2, rows=rows, width=width, seed=seed), reference)


def _nnclr(a: Array, b: Array, support: Array) -> float:
    return nnclr.loss(a, b, support, temperature=0.2).total


def _nnbyol(a: Array, b: Array, support: Array) -> float:
    return float(((unit_rows(a) - nnclr.neighbours(b, support)) ** 2).sum(axis=1).mean())


def _nnsiam(a: Array, b: Array, support: Array) -> float:
    return -float((unit_rows(a) * nnclr.neighbours(b, support)).sum(axis=1).mean())


@sizes
@pytest.mark.parametrize(("name", "loss"), [("nnclr", _nnclr), ("nnbyol", _nnbyol), ("nnsiam", _nnsiam)])
def test_neighbour_methods_agree_with_the_reference(
    name: str, loss: Callable[[Array, Array, Array], float], rows: int, width: int, seed: int
) -> None:
    support = _stored(width, seed)
    method = load(name, overrides=[f"objective.positive.nearest-neighbour.size={M}"])
    views = correlated(2, rows=rows, width=width, seed=seed)
    memory = {"support": support, "support_pointer": 0.0}
    assert_agrees(objective(method), views, lambda a, b: loss(a, b, support), memory=memory)


def test_the_support_set_is_read_before_the_targets_enter_it() -> None:
    method = load("nnclr", overrides=["objective.positive.nearest-neighbour.size=10"])
    a, b = (torch.tensor(view) for view in correlated(2, rows=4, width=6))
    memory = {"support": torch.tensor(_stored(6, 0)[:10]), "support_pointer": torch.tensor(8.0)}

    loss = objective(method)(a, b, memory=memory)

    expected = nnclr.loss(a.numpy(), b.numpy(), memory["support"].numpy(), temperature=0.2).total
    assert loss.total.item() == pytest.approx(expected, rel=1e-9)
    kept = loss.memory["support"].numpy()
    np.testing.assert_allclose(kept[[8, 9, 0, 1]], unit_rows(b.numpy()), rtol=1e-12)
    np.testing.assert_array_equal(kept[2:8], memory["support"].numpy()[2:8])
    assert float(loss.memory["support_pointer"]) == 2
    again = objective(method)(a, b, memory=loss.memory)
    own = nnclr.loss(a.numpy(), b.numpy(), unit_rows(b.numpy()), temperature=0.2).total
    assert again.total.item() == pytest.approx(own, rel=1e-9), "now every target is its own neighbour"


@sizes
def test_fastsiam_agrees_with_the_mean_of_the_other_views(rows: int, width: int, seed: int) -> None:
    prediction, *targets = correlated(4, rows=rows, width=width, seed=seed)
    x = torch.tensor(prediction, requires_grad=True)
    others = [torch.tensor(view, requires_grad=True) for view in targets]

    def reference(x: Array) -> float:
        mean = np.mean(targets, axis=0)
        return -float(np.mean([p @ z / np.linalg.norm(p) / np.linalg.norm(z) for p, z in zip(x, mean, strict=True)]))

    loss = objective("fastsiam")(x, others[0], targets=others)
    loss.backward()

    assert loss.total.item() == pytest.approx(reference(prediction), rel=1e-10)
    assert x.grad is not None
    assert relative_error(x.grad.numpy(), numerical_gradients(reference, {"x": prediction})["x"]) < 1e-7
    assert all(target.grad is None for target in others)


def test_fastsiam_has_one_emission_for_each_of_four_views() -> None:
    pairs = load("fastsiam").pairs
    assert [pair.anchor_view for pair in pairs] == [0, 1, 2, 3]


@sizes
def test_tico_agrees_with_the_reference(rows: int, width: int, seed: int) -> None:
    views = correlated(2, rows=rows, width=width, seed=seed)
    before = tico.new_moment(np.zeros((width, width)), views[0] + 1, beta=0.9)
    after = tico.new_moment(before, views[0], beta=0.9)

    # C holds this batch, but is a constant of the loss: the reference keeps it while it moves the views
    def reference(a: Array, b: Array) -> float:
        return tico.loss(a, b, after, rho=8.0).total

    assert_agrees(objective("tico"), views, reference, memory={"second_moment": before})
    loss = objective("tico")(*(torch.tensor(view) for view in views), memory={"second_moment": torch.tensor(before)})
    np.testing.assert_allclose(loss.memory["second_moment"].numpy(), after, rtol=1e-12)


def test_tico_has_the_value_of_lightly() -> None:
    lightly = pytest.importorskip("lightly.loss")
    a, b = (torch.tensor(view) for view in correlated(2))
    theirs = lightly.TiCoLoss(beta=0.9, rho=8.0)
    memory = {"second_moment": torch.zeros(a.shape[1], a.shape[1], dtype=torch.float64)}
    for _ in range(3):  # the running moment included
        loss = objective("tico")(a, b, memory=memory)
        memory = loss.memory
        assert loss.total.item() == pytest.approx(theirs(a, b).item(), rel=1e-9)


@sizes
def test_ressl_agrees_with_the_reference(rows: int, width: int, seed: int) -> None:
    buffer = _stored(width, seed)
    method = load("ressl", overrides=[f"objective.marginal.relations.size={M}"])
    views = correlated(2, rows=rows, width=width, seed=seed)

    def reference(a: Array, b: Array) -> float:
        return ressl.loss(a, b, buffer, student_temperature=0.1, teacher_temperature=0.04).total

    assert_agrees(objective(method), views, reference, memory={"related": buffer, "related_pointer": 0.0})
    memory = {"related": torch.tensor(buffer), "related_pointer": torch.tensor(float(M - 2))}
    kept = objective(method)(*(torch.tensor(view) for view in views), memory=memory).memory["related"].numpy()
    np.testing.assert_allclose(kept[[M - 2, M - 1, 0]], unit_rows(views[1])[:3], rtol=1e-12)
