"""Steps of a lowered method on its embedded data, for tests that train. Legend: N batch."""

import torch
from torch import Tensor

from ssmi_compiler.compile import (
    InPlaceStep,
    Lowered,
    draw_noise,
    draw_term_noise,
    metric_names,
)
from ssmi_compiler.refresh import refresh
from ssmi_compiler.schedules import numbers_at
from ssmi_runtime.feed import open_data

STEPS, N = 50, 32


def train(lowered: Lowered, inputs: dict[str, Tensor], *, first: int = 0, steps: int = STEPS) -> list[dict[str, float]]:
    """Run steps `first` to `first + steps` on its embedded data, in place; the metrics of each."""
    feed, meter = open_data(lowered.method, lowered.networks, lowered.augmentations, lowered.data)
    step = InPlaceStep(lowered.step)
    rows: list[dict[str, float]] = []
    state = {key: value for key, value in inputs.items() if key.startswith("state/")}

    def embed(branch: str) -> Tensor:
        return meter.embed(state, branch, feed.samples, upto="projector")

    for index in range(first, first + steps):
        refresh(lowered.method, state, step=index, steps_per_epoch=10, seed=0, embed=embed)
        inputs.update(feed.at(index, 0))
        size, masks = lowered.data.size, lowered.masks
        inputs.update(draw_noise(lowered.augmentations, N, size, seed=0, step=index, masks=masks))
        inputs.update(draw_term_noise(lowered.method, lowered.networks, seed=0, step=index))
        for name, value in numbers_at(lowered.method, index, num_steps=STEPS, steps_per_epoch=10).items():
            inputs[f"number/{name}"] = torch.tensor(value)
        values = step(*(inputs[name] for name in lowered.step.inputs))
        rows.append(dict(zip(metric_names(lowered.step), (float(value) for value in values), strict=True)))
    return rows
