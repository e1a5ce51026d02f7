"""Every bundled method, its digits recipe made small: fifty steps with a finite loss and without collapse. Legend: N batch."""

import math

import pytest
import torch
from torch import Tensor

from ssmi_compiler.api import embedded_data
from ssmi_compiler.compile import (
    InPlaceStep,
    Lowered,
    draw_noise,
    draw_term_noise,
    example_inputs,
    has_text,
    lower,
    metric_names,
    needs_index,
    needs_labels,
)
from ssmi_compiler.refresh import refresh
from ssmi_compiler.schedules import numbers_at
from ssmi_dsl.bundled import bundled_names
from ssmi_dsl.load import load
from ssmi_runtime.data import load_dataset
from ssmi_runtime.data.sampling import batch_indices
from ssmi_runtime.evaluate import effective_rank, feature_std
from ssmi_runtime.measure import Meter

STEPS, N = 50, 32
# a collapsed encoder gives one direction to every image: standard deviation 0, effective rank 1
LEAST_STD, LEAST_RANK = 0.02, 1.5


def train(lowered: Lowered, inputs: dict[str, Tensor], *, first: int = 0, steps: int = STEPS) -> list[dict[str, float]]:
    """Run steps `first` to `first + steps` on digits, in place; the metrics of each."""
    dataset = load_dataset(lowered.data.name, split="train")
    images, labels, texts = dataset.images, dataset.labels, dataset.texts
    step = InPlaceStep(lowered.step)
    rows: list[dict[str, float]] = []
    data = {"train": (images, labels), "test": (images, labels)}
    meter = Meter(lowered.method, lowered.networks, lowered.augmentations, lowered.data, data)
    state = {key: value for key, value in inputs.items() if key.startswith("state/")}

    def embed(branch: str) -> Tensor:
        return meter.embed(state, branch, images, upto="projector")

    for index in range(first, first + steps):
        refresh(lowered.method, state, step=index, steps_per_epoch=10, seed=0, embed=embed)
        chosen = batch_indices(len(images), N, index, 0)
        inputs["batch"] = images[chosen]
        if needs_labels(lowered.method):
            inputs["labels"] = labels[chosen]
        if needs_index(lowered.method):
            inputs["index"] = chosen
        if texts is not None and has_text(lowered.method):
            inputs["text"] = texts[chosen]
        size, masks = lowered.data.size, lowered.masks
        inputs.update(draw_noise(lowered.augmentations, N, size, seed=0, step=index, masks=masks))
        inputs.update(draw_term_noise(lowered.method, lowered.networks, seed=0, step=index))
        for name, value in numbers_at(lowered.method, index, num_steps=STEPS, steps_per_epoch=10).items():
            inputs[f"number/{name}"] = torch.tensor(value)
        values = step(*(inputs[name] for name in lowered.step.inputs))
        rows.append(dict(zip(metric_names(lowered.step), (float(value) for value in values), strict=True)))
    return rows


@pytest.mark.slow
@pytest.mark.parametrize("name", bundled_names())
def test_fifty_steps_stay_finite_and_do_not_collapse(name: str) -> None:
    method = load(name, recipe="digits", overrides=[f"recipes.digits.batch_size={N}"])
    lowered = lower(method, data=embedded_data(name))
    inputs = example_inputs(lowered.method, lowered.networks, lowered.augmentations, lowered.data, seed=0)

    rows = train(lowered, inputs)

    assert all(math.isfinite(value) for row in rows for value in row.values())
    test = load_dataset(lowered.data.name, split="test")
    images, labels = test.images, test.labels
    data = {"train": (images, labels), "test": (images, labels)}
    meter = Meter(lowered.method, lowered.networks, lowered.augmentations, lowered.data, data)
    state = {key: value for key, value in inputs.items() if key.startswith("state/")}
    features = meter.embed(state, lowered.method.anchor.name, images[:256], upto="encoder")
    assert feature_std(features) > LEAST_STD
    assert effective_rank(features) > LEAST_RANK
