"""A recipe judged on held-out training digits, so that the test set chooses nothing. Prints one JSON object.

python benchmarks/validate_recipe.py METHOD [--data NAME] [--set KEY=VALUE ...] [--seed N] [--readings N]

A fifth of the training digits is held out; the others train the encoder and are the neighbours. `shapes` are drawn from another seed. All
else is as in `ssmi run`, but for the step, which is executed as traced: a trial of a few minutes does not wait for a compiler.
"""

import argparse
import json
import time

import torch
from torch import Tensor

from ssmi_compiler.api import embedded_data, load_recipe
from ssmi_compiler.compile import InPlaceStep, Lowered, draw_noise, draw_term_noise, example_inputs, lower, make_masks
from ssmi_compiler.refresh import refresh
from ssmi_compiler.schedules import numbers_at
from ssmi_dsl.spec.method import Method
from ssmi_runtime.data import digits, shapes, sheets
from ssmi_runtime.data.graphs import digits_graph, load_graph
from ssmi_runtime.feed import Feed, feed_graph, feed_images
from ssmi_runtime.loop import raw_key
from ssmi_runtime.measure import Meter
from ssmi_runtime.measure_graph import GraphMeter

EMBEDDED = ("digits", "digits-sheets", "digits-graph", "shapes")
VALIDATION_SEED = 1


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("method", help="bundled name or path of a spec")
    parser.add_argument("--data", choices=EMBEDDED, help="instead of the embedded data set that fits the spec")
    parser.add_argument("--set", action="append", default=[], metavar="KEY=VALUE", help="override a value of the spec")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--readings", type=int, default=5, help="how often k-NN is read on the way")
    arguments = parser.parse_args()
    found = validate(
        arguments.method, arguments.set, data=arguments.data, seed=arguments.seed, readings=arguments.readings
    )
    print(json.dumps(found))


def validate(
    source: str, overrides: list[str], *, data: str | None = None, seed: int, readings: int
) -> dict[str, object]:
    """Train on the validation split; k-NN on the way and the accuracies and monitors at the end, with processor seconds of training."""
    name = data or embedded_data(source, overrides)
    method = load_recipe(source, None, data=name, overrides=overrides)
    lowered = lower(method, data=name)
    step_function = InPlaceStep(lowered.step)
    feed, meter = open_validation(method, lowered)
    masks = make_masks(method, lowered.networks, lowered.augmentations, lowered.data)
    size, steps_per_epoch = lowered.data.size, len(feed.samples) // method.recipe.batch_size
    num_steps = steps_per_epoch * method.recipe.epochs
    inputs = example_inputs(method, lowered.networks, lowered.augmentations, lowered.data, seed=seed)
    state = {name: value for name, value in inputs.items() if name.startswith("state/")}
    row: dict[str, object] = {"method": source, "data": name, "set": overrides, "seed": seed, "steps": num_steps}
    row[raw_key(lowered.data)] = meter.raw()
    row.update({f"untrained/{name}": value for name, value in meter.accuracies(state).items()})
    curve: dict[int, float] = {}

    def embed(branch: str) -> Tensor:
        return meter.embed(state, branch, feed.samples, upto="projector")

    seconds = 0.0
    for step in range(num_steps):
        began = time.process_time()
        refresh(method, state, step=step, steps_per_epoch=steps_per_epoch, seed=seed, embed=embed)
        inputs.update(feed.at(step, seed))
        noise = draw_noise(lowered.augmentations, method.recipe.batch_size, size, seed=seed, step=step, masks=masks)
        inputs.update({**noise, **draw_term_noise(method, lowered.networks, seed=seed, step=step)})
        for name, value in numbers_at(method, step, num_steps=num_steps, steps_per_epoch=steps_per_epoch).items():
            inputs[f"number/{name}"].fill_(value)
        with torch.no_grad():
            step_function(*(inputs[name] for name in lowered.step.inputs))
        seconds += time.process_time() - began
        if (step + 1) % max(1, num_steps // max(1, readings)) == 0:
            curve[step + 1] = round(meter.accuracies(state)["knn"], 3)
    return {**row, "curve": curve, **meter.accuracies(state), **meter.monitors(state), "processor_seconds": seconds}


def open_validation(method: Method, lowered: Lowered) -> tuple[Feed, Meter | GraphMeter]:
    """The training digits, or the training nodes of their graph, with a fifth held out, or shapes of another seed than those of `ssmi run`.
    Of a graph all nodes and edges are seen."""
    if lowered.data.graph is not None:
        return feed_graph(method, lowered.networks, digits_graph.for_validation(load_graph("digits-graph")))
    if lowered.data.name == "shapes":
        drawn = {split: shapes.load(lowered.data, split, seed=VALIDATION_SEED) for split in ("train", "test")}
        data = {split: (found.images, found.labels) for split, found in drawn.items()}
        texts = {split: found.texts for split, found in drawn.items() if found.texts is not None}
        return feed_images(method, lowered.networks, lowered.augmentations, lowered.data, data, texts)
    load = sheets.load if lowered.data.name == "digits-sheets" else digits.load
    held_out = {split: load(split, validation=True) for split in ("train", "test")}
    return feed_images(method, lowered.networks, lowered.augmentations, lowered.data, held_out, {})


if __name__ == "__main__":
    main()
