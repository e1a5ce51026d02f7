"""Every bundled method, its digits recipe made small: fifty steps with a finite loss and without collapse."""

import math

import pytest
from training import N, train

from ssmi_compiler.api import embedded_data
from ssmi_compiler.compile import example_inputs, lower
from ssmi_dsl.bundled import bundled_names
from ssmi_dsl.load import load
from ssmi_runtime.feed import open_data

# a collapsed encoder gives one direction to every image: standard deviation 0, effective rank 1
LEAST_STD, LEAST_RANK = 0.02, 1.5


@pytest.mark.slow
@pytest.mark.parametrize("name", bundled_names())
def test_fifty_steps_stay_finite_and_do_not_collapse(name: str) -> None:
    method = load(name, recipe="digits", overrides=[f"recipes.digits.batch_size={N}"])
    lowered = lower(method, data=embedded_data(name))
    inputs = example_inputs(lowered.method, lowered.networks, lowered.augmentations, lowered.data, seed=0)

    rows = train(lowered, inputs)

    assert all(math.isfinite(value) for row in rows for value in row.values())
    _, meter = open_data(lowered.method, lowered.networks, lowered.augmentations, lowered.data)
    state = {key: value for key, value in inputs.items() if key.startswith("state/")}
    monitors = meter.monitors(state)
    assert monitors["feature_std"] > LEAST_STD
    assert monitors["effective_rank"] > LEAST_RANK
