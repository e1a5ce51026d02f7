"""Optimisers against PyTorch's and against the formula of LARS; schedules against closed forms. Legend: p parameter, g gradient."""

from math import cos, pi

import numpy as np
import pytest
import torch
from torch import Tensor

from ssmi_compiler.optim import init_slots, update
from ssmi_compiler.schedules import ema_momentum, learning_rate, numbers_at
from ssmi_dsl.components.optimizers import AdamW, Lars, Optimizer, Sgd
from ssmi_dsl.load import load

LR = 0.03


def _problem(seed: int) -> tuple[dict[str, Tensor], list[dict[str, Tensor]]]:
    random = torch.Generator().manual_seed(seed)
    params = {"weight": torch.randn(4, 3, generator=random), "bias": torch.randn(4, generator=random)}
    return params, [{name: torch.randn(p.shape, generator=random) for name, p in params.items()} for _ in range(20)]


def _ours(optimizer: Optimizer, seed: int) -> dict[str, Tensor]:
    params, gradients = _problem(seed)
    slots = init_slots(optimizer, params)
    for step, grads in enumerate(gradients):
        before = {name: p.clone() for name, p in params.items()}
        new, slots = update(
            optimizer,
            params,
            grads,
            slots,
            lr=torch.tensor(LR),
            step=torch.tensor(float(step)),
            excluded=frozenset({"bias"}),
        )
        assert all(torch.equal(params[name], before[name]) for name in params), "update is pure"
        params = new
    return params


def _theirs(kind: type[torch.optim.Optimizer], seed: int, decay: float, **options: object) -> dict[str, Tensor]:
    params, gradients = _problem(seed)
    leaves = {name: p.clone().requires_grad_() for name, p in params.items()}
    groups = [{"params": [leaves["weight"]], "weight_decay": decay}, {"params": [leaves["bias"]], "weight_decay": 0.0}]
    optimizer = kind(groups, lr=LR, **options)  # pyright: ignore[reportCallIssue] - options are those of each class
    for grads in gradients:
        for name, leaf in leaves.items():
            leaf.grad = grads[name].clone()
        optimizer.step()
    return {name: leaf.detach() for name, leaf in leaves.items()}


def test_clip_norm_shortens_long_gradients_tensor_by_tensor() -> None:
    params, (grads, *_) = _problem(3)
    norms = {name: float(gradient.norm()) for name, gradient in grads.items()}
    limit = sum(norms.values()) / 2  # between the two norms
    slots = init_slots(Sgd(), params)
    new, _ = update(
        Sgd(momentum=0.0, clip_norm=limit), params, grads, slots,
        lr=torch.tensor(1.0), step=torch.tensor(0.0), excluded=frozenset(),
    )  # fmt: skip
    for name, gradient in grads.items():
        factor = min(1.0, limit / norms[name])
        torch.testing.assert_close(params[name] - new[name], gradient * factor, rtol=1e-5, atol=1e-5)
    assert min(norms.values()) < limit < max(norms.values())


@pytest.mark.parametrize("optimizer", [Sgd(), Lars(), AdamW()])
def test_weight_decay_of_the_step_takes_the_place_of_the_recipes(optimizer: Optimizer) -> None:
    params, (grads, *_) = _problem(4)
    slots = init_slots(optimizer, params)

    def moved(own: float, given: float | None) -> Tensor:
        changed = optimizer.model_copy(update={"weight_decay": own})
        new, _ = update(
            changed, params, grads, slots, lr=torch.tensor(LR), step=torch.tensor(0.0), excluded=frozenset({"bias"}),
            weight_decay=None if given is None else torch.tensor(given),
        )  # fmt: skip
        return new["weight"]

    torch.testing.assert_close(moved(0.04, 0.4), moved(0.4, None))
    assert not torch.allclose(moved(0.04, None), moved(0.4, None))


def test_weight_decay_follows_half_a_cosine() -> None:
    method = load("dino", recipe="imagenet")
    decays = [numbers_at(method, step, num_steps=300, steps_per_epoch=1)["weight_decay"] for step in (0, 150, 300)]
    assert decays == pytest.approx([0.04, 0.22, 0.4])


def test_a_jump_waits_and_prototypes_are_frozen_at_first() -> None:
    method = load("swav")
    numbers = [numbers_at(method, step, num_steps=1000, steps_per_epoch=1) for step in (0, 1, 2, 49, 50)]
    assert [row["objective0.past_share"] for row in numbers] == [0, 0, 0, 0, 1]
    assert [row["lr/prototypes"] == 0 for row in numbers] == [True, True, False, False, False]


@pytest.mark.parametrize("nesterov", [False, True])
def test_sgd(nesterov: bool) -> None:
    ours = _ours(Sgd(weight_decay=0.1, nesterov=nesterov), 0)
    theirs = _theirs(torch.optim.SGD, 0, 0.1, momentum=0.9, nesterov=nesterov)
    for name, value in theirs.items():
        torch.testing.assert_close(ours[name], value, rtol=1e-5, atol=5e-6)


def test_adamw() -> None:
    ours = _ours(AdamW(weight_decay=0.1), 1)
    theirs = _theirs(torch.optim.AdamW, 1, 0.1, betas=(0.9, 0.999), eps=1e-8)
    for name, value in theirs.items():
        torch.testing.assert_close(ours[name], value, rtol=1e-5, atol=5e-6)


@pytest.mark.parametrize("clip", [False, True])
def test_lars_is_its_formula(clip: bool) -> None:
    decay, trust, momentum = 0.1, 0.02, 0.9
    params, gradients = _problem(2)
    p, v = params["weight"].double().numpy(), np.zeros((4, 3))
    q, w = params["bias"].double().numpy(), np.zeros(4)
    for grads in gradients:
        g = grads["weight"].double().numpy()
        rate = trust * np.linalg.norm(p) / (np.linalg.norm(g) + decay * np.linalg.norm(p))
        if clip:
            rate = min(rate / LR, 1.0)
        v = momentum * v + rate * (g + decay * p)
        p = p - LR * v
        w = momentum * w + grads["bias"].double().numpy()
        q = q - LR * w
    ours = _ours(Lars(weight_decay=decay, trust=trust, momentum=momentum, clip=clip), 2)
    np.testing.assert_allclose(ours["weight"], p, rtol=1e-5, atol=1e-6)
    np.testing.assert_allclose(ours["bias"], q, rtol=1e-5, atol=1e-6)


def test_lars_moves_a_zero_weight() -> None:
    params = {"weight": torch.zeros(2, 2)}
    new, _ = update(
        Lars(),
        params,
        {"weight": torch.ones(2, 2)},
        init_slots(Lars(), params),
        lr=torch.tensor(0.1),
        step=torch.tensor(0.0),
        excluded=frozenset(),
    )
    assert (new["weight"] != 0).all()


def test_learning_rate() -> None:
    rates = [learning_rate(step, base=2.0, num_steps=100, warmup_steps=10, kind="cosine") for step in range(101)]
    assert rates[0] == pytest.approx(0.2)
    assert rates[9] == pytest.approx(2.0)
    assert rates[10] == pytest.approx(2.0)
    assert rates[55] == pytest.approx(1.0)
    assert rates[100] == pytest.approx(0.0)
    assert learning_rate(99, base=2.0, num_steps=100, warmup_steps=10, kind="constant") == 2.0


def test_ema_momentum() -> None:
    for step in (0, 25, 100):
        expected = 1.0 - (1.0 - 0.99) * (cos(pi * step / 100) + 1) / 2
        assert ema_momentum(step, base=0.99, final=1.0, num_steps=100, kind="cosine") == pytest.approx(expected)
    assert ema_momentum(50, base=0.9, final=1.0, num_steps=100, kind="linear") == pytest.approx(0.95)
    assert ema_momentum(50, base=0.9, final=1.0, num_steps=100, kind="constant") == 0.9
