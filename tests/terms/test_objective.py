"""`objective(name)` and the compiled step's own loss, in float32, against the float64 references. Legend: N batch, D embedding."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
import torch
from references import barlow_twins, byol, dv, moco_v2, simclr, simsiam, vicreg
from references.gradient import numerical_gradients, relative_error

from ssmi_compiler import objective

N, D, K = 32, 16, 64

# reference of both directions where a method has two: (references' arguments from anchors and targets) -> total
REFERENCES: dict[str, Callable[..., float]] = {
    "sdmi": lambda a, b, q: dv.loss(a, b, temperature=0.2).total,
    "jmi": lambda a, b, q: dv.loss(a, b, temperature=0.2).total,
    "simclr": lambda a, b, q: simclr.loss(a, b, temperature=0.2).total,
    "moco-v2": lambda a, b, q: moco_v2.loss(a, b, q, temperature=0.2).total,
    "byol": lambda a, b, q: byol.loss(a, a, b, b).total / 2,
    "simsiam": lambda a, b, q: simsiam.loss(a, a, b, b).total,
    "barlow-twins": lambda a, b, q: barlow_twins.loss(a, b, off_diagonal=0.0051, scale=0.1, eps=1e-5).total,
    "vicreg": lambda a, b, q: vicreg.loss(a, b).total,
}


def _inputs(seed: int) -> tuple[np.ndarray[Any, Any], np.ndarray[Any, Any], np.ndarray[Any, Any]]:
    random = np.random.default_rng(seed)
    shared = random.normal(size=(N, D))
    queue = random.normal(size=(K, D))
    noise = random.normal(size=(2, N, D))
    return shared + 0.5 * noise[0], shared + 0.5 * noise[1], queue / np.linalg.norm(queue, axis=1, keepdims=True)


@pytest.mark.parametrize("name", REFERENCES)
def test_loss_and_gradient_in_float32(name: str) -> None:
    a, b, queue = _inputs(0)
    z_a = torch.tensor(a, dtype=torch.float32, requires_grad=True)
    z_b = torch.tensor(b, dtype=torch.float32, requires_grad=True)
    memory = {"queue": torch.tensor(queue, dtype=torch.float32), "pointer": torch.tensor(0.0)}

    loss = objective(name)(z_a, z_b, memory=memory)
    loss.backward()

    assert loss.total.item() == pytest.approx(REFERENCES[name](a, b, queue), rel=1e-5)
    expected = numerical_gradients(lambda a, b: REFERENCES[name](a, b, queue), {"a": a, "b": b})
    assert z_a.grad is not None
    assert relative_error(z_a.grad.double().numpy(), expected["a"]) < 1e-5
    if objective(name).method.is_stopped(objective(name).method.target.name):
        assert z_b.grad is None
    else:
        assert z_b.grad is not None
        assert relative_error(z_b.grad.double().numpy(), expected["b"]) < 1e-5


@pytest.mark.parametrize("name", REFERENCES)
def test_gradient_in_float64_is_that_of_finite_differences(name: str) -> None:
    a, b, queue = _inputs(1)
    memory = {"queue": torch.tensor(queue), "pointer": torch.tensor(0.0)}
    loss_of = objective(name)
    z_a = torch.tensor(a, requires_grad=True)
    loss_of(z_a, torch.tensor(b), memory=memory).backward()

    expected = numerical_gradients(
        lambda a: loss_of(torch.tensor(a), torch.tensor(b), memory=memory).total.item(), {"a": a}
    )["a"]
    assert z_a.grad is not None
    assert relative_error(z_a.grad.numpy(), expected) < 1e-7


def test_wrong_shapes_and_missing_queue_are_errors() -> None:
    with pytest.raises(ValueError, match="one shape"):
        objective("jmi")(torch.zeros(4, 3), torch.zeros(4, 2))
    with pytest.raises(ValueError, match="needs memory for pointer, queue"):
        objective("moco-v2")(torch.ones(4, 3), torch.ones(4, 3))
