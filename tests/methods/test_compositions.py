"""Every bound and critic in the canonical joint method, and state and noise of terms over steps. Legend: N batch."""

import math

import pytest
import torch
from torch import Tensor
from training import train

from ssmi_compiler.compile import draw_term_noise, example_inputs, lower
from ssmi_dsl.load import load
from ssmi_dsl.terms import BOUNDS, CRITICS

# an encoder without a convolution: what is tested is the objective
SMALL = ["recipes.digits.batch_size=32", "recipes.digits.optimizer={adamw: {lr: 1.0e-3}}"]
TINY = [*SMALL, "encoder.backbone={mlp: {widths: [16, 8]}}", "branches.shared.projector={linear: 6}"]
OWN_MARGINAL = {"prototypes"}


@pytest.mark.parametrize("bound", [name for name, bound in BOUNDS.items() if bound.implemented])
def test_every_bound_compiles_in_the_canonical_method(bound: str) -> None:
    _runs(f"objective.bound={bound}", "recipes.digits.method.objective=null")


@pytest.mark.parametrize("critic", sorted(CRITICS.keys() - OWN_MARGINAL))
def test_every_critic_compiles_in_the_canonical_method(critic: str) -> None:
    _runs(f"objective.critic={critic}", "recipes.digits.method.objective=null", "objective.bound=jsd")


def _runs(*overrides: str) -> None:
    """The step lowers, its certificate holds, a step gives finite losses and moves every trained tensor of the objective."""
    method = load("jmi", recipe="digits", overrides=[*TINY, *overrides])
    lowered = lower(method)
    inputs = example_inputs(method, lowered.networks, lowered.augmentations, lowered.data, seed=0)
    before = {name: value.clone() for name, value in inputs.items() if name.startswith("state/param/objective0/")}
    rows = train(lowered, inputs, steps=2)
    assert all(math.isfinite(value) for row in rows for value in row.values())
    for name, value in before.items():
        assert not torch.equal(inputs[name], value), f"{name} did not move"


@pytest.mark.parametrize("name", ["corinfomax", "lejepa"])
def test_three_steps_and_three_more_are_six(name: str) -> None:
    """Running covariances are carried by the state; random directions follow from seed and step."""
    lowered = lower(load(name, recipe="digits", overrides=[*TINY, "views.count=2"]))

    def inputs() -> dict[str, Tensor]:
        return example_inputs(lowered.method, lowered.networks, lowered.augmentations, lowered.data, seed=0)

    whole = inputs()
    rows = train(lowered, whole, steps=6)
    first = inputs()
    halves = train(lowered, first, steps=3)
    second = inputs()
    second.update({key: value.clone() for key, value in first.items() if key.startswith("state/")})
    halves += train(lowered, second, first=3, steps=3)

    assert rows == halves
    states = [key for key in whole if key.startswith("state/")]
    if name == "corinfomax":
        assert "state/memory/objective0.covariance_a" in states
    for key in states:
        assert torch.equal(whole[key], second[key]), key


def test_noise_of_terms_follows_from_seed_and_step_alone() -> None:
    method = load("lejepa", recipe="digits", overrides=[*TINY, "objective.marginal.gaussian-match.slices=5"])
    networks = lower(method).networks
    drawn = draw_term_noise(method, networks, seed=3, step=7)
    assert {name: tuple(value.shape) for name, value in drawn.items()} == {"noise/objective0.slices": (5, 6)}
    again = draw_term_noise(method, networks, seed=3, step=7)
    assert torch.equal(drawn["noise/objective0.slices"], again["noise/objective0.slices"])
    for seed, step in ((3, 8), (4, 7)):
        other = draw_term_noise(method, networks, seed=seed, step=step)
        assert not torch.equal(drawn["noise/objective0.slices"], other["noise/objective0.slices"])
