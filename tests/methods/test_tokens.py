"""Methods on masked views and on tokens, against their references, through the public `objective`. Legend: N rows, K prototypes."""

import numpy as np
import pytest
import torch
from agreement import assert_agrees, correlated
from references import deep_infomax, densecl, dino, jepa, koleo, msn, swav
from references.gradient import numerical_gradients, relative_error

from ssmi_compiler import objective
from ssmi_dsl.load import load

SIZES = [(8, 5, 0), (24, 12, 1), (6, 16, 2)]


@pytest.mark.parametrize(("rows", "width", "seed"), SIZES)
@pytest.mark.parametrize("name", ["msn", "pmsn"])
def test_msn_and_pmsn_agree_with_the_reference(name: str, rows: int, width: int, seed: int) -> None:
    anchor, target = (0.3 * view for view in correlated(2, rows=rows, width=width, seed=seed))
    prior = msn.power_law(width, 0.25 if name == "pmsn" else 0.0)

    def reference(a: np.ndarray, b: np.ndarray) -> float:
        found = msn.loss([a], [b], temperature=0.1, sharpening=0.25, prior=prior, reverse=name == "pmsn")
        return found.total

    assert_agrees(objective(name), [anchor, target], reference, memory={"prior": prior})


def test_msn_takes_the_mean_over_all_anchors_of_a_step() -> None:
    views = [torch.tensor(0.3 * view) for view in correlated(4)]
    loss = objective("msn")
    memory = {name: value.double() for name, value in loss.memory(12).items()}
    pairs = [(view, views[1]) for view in (views[0], *views[2:])]
    found = loss(views[0], views[1], pairs=pairs, memory=memory)
    expected = msn.loss([a.numpy() for a, _ in pairs], [t.numpy() for _, t in pairs], temperature=0.1, sharpening=0.25)
    assert found.joint.item() == pytest.approx(-expected.joint, rel=1e-6)
    assert found.marginal is not None
    assert found.marginal.item() == pytest.approx(expected.marginal, rel=1e-6)
    torch.testing.assert_close(loss.memory(12)["prior"], torch.full((12,), 1 / 12))


def test_msn_is_finite_where_prototypes_are_never_used() -> None:
    scores = torch.zeros(6, 4)
    scores[:, 0] = 100.0
    anchor = scores.clone().requires_grad_()
    loss = objective("msn")
    found = loss(anchor, scores, memory=loss.memory(4))
    found.backward()
    assert found.total.item() == pytest.approx(np.log(4), rel=1e-5)
    assert anchor.grad is not None
    assert anchor.grad.isfinite().all()


def test_msn_agrees_with_lightly() -> None:
    lightly = pytest.importorskip("lightly.loss")
    random = np.random.default_rng(0)
    a, t, q = (torch.nn.functional.normalize(torch.tensor(random.normal(size=(rows, 8))), dim=1) for rows in (6, 6, 5))
    theirs = lightly.MSNLoss(temperature=0.1, sinkhorn_iterations=0, regularization_weight=1.0)(a, t, q, 0.25)
    loss = objective("msn")
    ours = loss(a @ q.T, t @ q.T, memory={"prior": torch.full((5,), 0.2, dtype=torch.float64)})
    assert ours.total.item() == pytest.approx(theirs.item(), rel=1e-6)


def test_sharpened_targets_may_be_balanced() -> None:
    target = torch.tensor(0.02 * correlated(1, rows=8, width=4)[0])
    method = load("msn", overrides=["objective.marginal.mean-entropy.sinkhorn=50"])
    loss = objective(method)
    anchor = torch.zeros(8, 4, dtype=torch.float64, requires_grad=True)
    found = loss(anchor, target, memory={name: value.double() for name, value in loss.memory(4).items()})
    # of a uniform anchor the gradient of the cross-entropy is (p - q) / (τ N): its columns sum to the share of each prototype
    (gradient,) = torch.autograd.grad(found.joint, anchor)
    torch.testing.assert_close(gradient.sum(dim=0), torch.zeros(4, dtype=torch.float64), atol=1e-6, rtol=0)


KOLEO = ["objective={bound: donsker-varadhan, critic: dot, marginal: koleo, weights: {joint: 0}}"]


@pytest.mark.parametrize(("rows", "width", "seed"), SIZES)
def test_koleo_agrees_with_the_reference(rows: int, width: int, seed: int) -> None:
    method = load("jmi", overrides=KOLEO)
    views = correlated(2, rows=rows, width=width, seed=seed)
    assert_agrees(objective(method), views, lambda a, b: koleo.loss(a))


def test_koleo_is_finite_on_duplicates() -> None:
    z = torch.ones(4, 3, requires_grad=True)
    found = objective(load("jmi", overrides=KOLEO))(z, z.detach())
    found.backward()
    assert found.total.isfinite()
    assert z.grad is not None
    assert z.grad.isfinite().all()


@pytest.mark.parametrize(("rows", "width", "seed"), SIZES)
@pytest.mark.parametrize(("name", "beta"), [("i-jepa", 1.0), ("data2vec", 2.0)])
def test_token_regression_agrees_with_the_reference(name: str, beta: float, rows: int, width: int, seed: int) -> None:
    a, b = (2.0 * view for view in correlated(2, rows=rows, width=width, seed=seed, noise=1.0))
    # numerical gradients need a loss that is smooth nearby: no difference within 0.02 of the bend at β
    near = np.abs(np.abs(a - b) - beta) < 0.02
    assert_agrees(objective(name), [a, np.where(near, b + 0.05, b)], lambda a, b: jepa.loss(a, b, beta=beta))


@pytest.mark.parametrize(("rows", "width", "seed"), SIZES)
@pytest.mark.parametrize("index", [0, 1])
def test_ibot_agrees_with_dino_on_images_and_on_hidden_patches(index: int, rows: int, width: int, seed: int) -> None:
    student, teacher = (0.3 * view for view in correlated(2, rows=rows, width=width, seed=seed))
    center = np.random.default_rng(seed).normal(size=width) * 0.2
    memory = {"center": center, "teacher_temperature": 0.05}

    def reference(a: np.ndarray, b: np.ndarray) -> float:
        return dino.loss(a, b, center, student_temperature=0.1, teacher_temperature=0.05).total

    assert_agrees(objective("ibot", index=index), [student, teacher], reference, memory=memory)


@pytest.mark.parametrize(("rows", "width", "seed"), SIZES)
def test_dinov2_agrees_with_its_three_references(rows: int, width: int, seed: int) -> None:
    scores = [0.2 * view for view in correlated(2, rows=rows, width=width, seed=seed)]

    def balanced(a: np.ndarray, b: np.ndarray) -> float:
        return swav.loss(a, b, temperature=0.1, epsilon=0.07, iterations=3).total

    for index in (0, 1):
        assert_agrees(objective("dinov2", index=index), scores, balanced)
    assert_agrees(objective("dinov2", index=2), [5 * view for view in scores], lambda a, b: 0.1 * koleo.loss(a))


@pytest.mark.parametrize("seed", [0, 1, 2])
def test_densecl_agrees_with_the_reference_and_queues_the_mean_keys(seed: int) -> None:
    random = np.random.default_rng(seed)
    queries, keys = random.normal(size=(2, 3, 4, 6))
    maps = random.normal(size=(2, 3, 4, 5))
    queue = random.normal(size=(8, 6))
    queue /= np.linalg.norm(queue, axis=1, keepdims=True)
    method = load("densecl", overrides=["recipes.default.batch_size=3"])
    loss = objective(method, index=1)
    anchor = torch.tensor(queries.reshape(12, 6), requires_grad=True)
    target = torch.tensor(keys.reshape(12, 6))
    memory = {"queue": torch.tensor(queue), "pointer": torch.tensor(7.0)}

    flat = torch.tensor(maps.reshape(2, 12, 5))
    found = loss(anchor, target, rows=4, maps=(flat[0], flat[1]), memory=memory)
    found.backward()

    def reference(z: np.ndarray) -> float:
        return 0.5 * densecl.loss(z, keys, (maps[0], maps[1]), queue, temperature=0.2)

    assert found.total.item() == pytest.approx(reference(queries), rel=1e-9)
    expected = numerical_gradients(reference, {"z": queries})["z"]
    assert anchor.grad is not None
    assert relative_error(anchor.grad.reshape(3, 4, 6).numpy(), expected) < 1e-7
    means = keys.mean(axis=1) / np.linalg.norm(keys.mean(axis=1), axis=1, keepdims=True)
    np.testing.assert_allclose(found.memory["queue"].numpy()[[7, 0, 1]], means, rtol=1e-12)
    assert float(found.memory["pointer"]) == 2


@pytest.mark.parametrize("seed", [0, 1, 2])
def test_deep_infomax_agrees_with_the_reference(seed: int) -> None:
    random = np.random.default_rng(seed)
    local, whole = random.normal(size=(4, 3, 5)), random.normal(size=(4, 5))
    anchor = torch.tensor(local.reshape(12, 5), requires_grad=True)
    target = torch.tensor(whole, requires_grad=True)
    found = objective("deep-infomax")(anchor, target, rows=3)
    found.backward()
    assert found.total.item() == pytest.approx(deep_infomax.loss(local, whole), rel=1e-9)
    expected = numerical_gradients(deep_infomax.loss, {"local": local, "whole": whole})
    assert anchor.grad is not None
    assert target.grad is not None
    assert relative_error(anchor.grad.reshape(4, 3, 5).numpy(), expected["local"]) < 1e-7
    assert relative_error(target.grad.numpy(), expected["whole"]) < 1e-7
