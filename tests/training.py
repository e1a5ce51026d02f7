"""Steps of a lowered method on its embedded data, for tests that train. Legend: N batch."""

import torch
from torch import Tensor

from ssmi_compiler.compile import (
    InPlaceStep,
    Lowered,
    draw_noise,
    draw_term_noise,
    has_text,
    metric_names,
    needs_index,
    needs_labels,
)
from ssmi_compiler.refresh import refresh
from ssmi_compiler.schedules import numbers_at
from ssmi_runtime.data import load_dataset
from ssmi_runtime.data.sampling import batch_indices
from ssmi_runtime.measure import Meter

STEPS, N = 50, 32


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
