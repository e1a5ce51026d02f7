"""The traced step against the loop that a user would write by hand with modules, autograd and torch.optim. Legend: N batch."""

import copy
from collections.abc import Callable

import pytest
import torch
from torch import Tensor, nn
from torch.nn import functional as F

from ssmi_compiler.compile import InPlaceStep, example_inputs, lower
from ssmi_compiler.step.networks import parameters_of
from ssmi_dsl.load import load
from ssmi_runtime.data import load_images

N, LR, MOMENTUM, TEMPERATURE = 16, 0.05, 0.9, 0.1
SMALL = [
    f"recipes.digits.batch_size={N}",
    "recipes.digits.optimizer={sgd: {lr: 0.05, weight_decay: 1.0e-3}}",
    "recipes.digits.method.encoder.backbone.conv-small.width=4",
]


def _byol(z: list[Tensor], p: list[Tensor], w: list[Tensor]) -> Tensor:
    def distance(a: Tensor, b: Tensor) -> Tensor:
        return (F.normalize(a, dim=1) - F.normalize(b, dim=1)).square().sum(1).mean()

    return distance(p[0], w[1].detach()) + distance(p[1], w[0].detach())


def _simclr(z: list[Tensor], p: list[Tensor], w: list[Tensor]) -> Tensor:
    both = F.normalize(torch.cat(z), dim=1)
    scores = (both @ both.T / TEMPERATURE).masked_fill(torch.eye(2 * N, dtype=torch.bool), float("-inf"))
    return F.cross_entropy(scores, torch.arange(2 * N).roll(N))


# the second step reads the momentum and the target that the first one wrote; rounding then turns a few ReLUs on or off
@pytest.mark.parametrize(("steps", "tolerance"), [(1, 0.005), (2, 0.03)])
@pytest.mark.parametrize(("name", "anchor", "loss"), [("byol", "online", _byol), ("simclr", "shared", _simclr)])
def test_steps_equal_a_hand_written_loop(
    name: str, anchor: str, loss: Callable[..., Tensor], steps: int, tolerance: float
) -> None:
    critic = [f"objective.critic.cosine.temperature={TEMPERATURE}"] if name == "simclr" else []
    method = load(name, recipe="digits", overrides=[*SMALL, *critic])
    lowered = lower(method)
    inputs = example_inputs(method, lowered.networks, lowered.augmentations, lowered.data, seed=0)
    images, _ = load_images("digits", "test")
    parts = [f"{anchor}.{part}" for part in ("encoder", "projector", "predictor")]
    modules = {
        part: copy.deepcopy(lowered.networks.modules[part]) for part in parts if part in lowered.networks.modules
    }
    state = {key.removeprefix("state/"): value for key, value in inputs.items() if key.startswith("state/")}
    for part, module in modules.items():
        module.load_state_dict({**parameters_of(state, part), **parameters_of(state, part, "buffer")})
    online = nn.Sequential(*(modules[part] for part in parts[:2]))
    predictor = modules.get(parts[2], nn.Identity())
    target = copy.deepcopy(online)
    trained = [*online.parameters(), *predictor.parameters()]
    groups = [
        {"params": [p for p in trained if p.dim() > 1], "weight_decay": 1e-3},
        {"params": [p for p in trained if p.dim() <= 1], "weight_decay": 0.0},
    ]
    optimizer = torch.optim.SGD(groups, lr=LR, momentum=0.9)
    step = InPlaceStep(lowered.step)
    before = {name: value.clone() for name, value in inputs.items() if name.startswith("state/param/")}
    for index in range(steps):
        batch = images[index * N : (index + 1) * N]
        inputs["batch"] = batch
        for key in inputs:
            if key.startswith("number/"):
                inputs[key] = torch.tensor(MOMENTUM if "momentum" in key else LR)
        views = [
            augmentation(
                batch,
                {
                    k.removeprefix(f"noise/view{view}/"): v
                    for k, v in inputs.items()
                    if k.startswith(f"noise/view{view}/")
                },
            )
            for view, augmentation in enumerate(lowered.augmentations)
        ]
        metrics = step(*(inputs[key] for key in lowered.step.inputs))
        # the spec of simclr encodes its views together, so they share the statistics of batch norm
        z = list(online(torch.cat(views)).split(N)) if name == "simclr" else [online(view) for view in views]
        value = loss(z, [predictor(item) for item in z], [target(view) for view in views])
        optimizer.zero_grad()
        value.backward()
        optimizer.step()
        with torch.no_grad():
            for follower, leader in zip(target.parameters(), online.parameters(), strict=True):
                follower.mul_(MOMENTUM).add_(leader, alpha=1 - MOMENTUM)
        torch.testing.assert_close(torch.stack(metrics).sum(), value.detach(), rtol=1e-4, atol=1e-5)
    for part, module in modules.items():
        for key, parameter in module.named_parameters():
            name = f"state/param/{part}/{key}"
            ours, theirs = inputs[name] - before[name], parameter.detach() - before[name]
            # a bias before batch norm moves by rounding alone, hence the second term
            assert float((ours - theirs).norm()) <= tolerance * float(theirs.norm()) + 1e-5, name
    if name == "byol":
        for part, module in zip(("target.encoder", "target.projector"), target, strict=True):
            for key, parameter in module.named_parameters():
                torch.testing.assert_close(inputs[f"state/param/{part}/{key}"], parameter, rtol=1e-3, atol=1e-4)
