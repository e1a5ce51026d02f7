"""Matched places inside the step, against the same computation by hand. Legend: N batch, P places, D features."""

import numpy as np
import torch
from references import vicregl
from torch import Tensor
from torch.func import functional_call

from ssmi_compiler.compile import Lowered, example_inputs, lower
from ssmi_compiler.step.lower import StepProgram
from ssmi_compiler.step.networks import parameters_of
from ssmi_dsl.load import load

N, GRID = 5, 8
FAST = [
    f"recipes.digits.batch_size={N}",
    "recipes.digits.method.encoder.backbone={conv-small: {width: 4, strides: [2, 1, 2, 1]}}",
    "recipes.digits.method.branches.shared.tokens.projector={linear: 6}",
]
CROPS = "recipes.digits.method.views.augment=[random-resized-crop: {scale: [0.3, 0.8]}, horizontal-flip: {p: 0.5}]"


def test_a_step_matches_tokens_by_where_the_crops_lie_in_the_image() -> None:
    lowered = lower(load("vicregl", recipe="digits", overrides=[*FAST, CROPS]))
    inputs = example_inputs(lowered.method, lowered.networks, lowered.augmentations, lowered.data, seed=0)
    generator = torch.Generator().manual_seed(0)
    inputs["batch"] = torch.randint(0, 256, inputs["batch"].shape, generator=generator, dtype=torch.uint8)
    program = StepProgram(lowered.stages[-1][1], lowered.method, lowered.networks, lowered.augmentations)
    result = program(_group(inputs, "state/"), inputs["batch"], _group(inputs, "noise/"), _group(inputs, "number/"), {})

    maps = [_tokens(lowered, inputs, view) for view in (0, 1)]
    places = [_places(inputs, view) for view in (0, 1)]
    both = ((0, 1), (1, 0))
    keep = lowered.method.objectives[2].spec.positive.model_dump()["keep"]
    found = {
        name: float(result.metrics[f"joint/{name}.joint"] + result.metrics[f"joint/{name}.marginal"])
        for name in ("feature", "place")
    }
    for name, seen in (("feature", maps), ("place", places)):
        expected = [
            vicregl.local_loss((maps[a], maps[b]), vicregl.feature_distances(seen[a], seen[b]), keep=keep)
            for a, b in both
        ]
        np.testing.assert_allclose(found[name], 0.25 * np.mean(expected), rtol=1e-4)


def _tokens(lowered: Lowered, inputs: dict[str, Tensor], view: int) -> np.ndarray:
    """[N P D] of a view, behind the head of tokens."""
    state, x = (
        _group(inputs, "state/"),
        lowered.augmentations[view](inputs["batch"], _group(inputs, f"noise/view{view}/")),
    )
    more = {"tokens": True}
    for part in ("shared.encoder", "shared.token_projector"):
        buffers = {name: value.clone() for name, value in parameters_of(state, part, "buffer").items()}
        x = functional_call(lowered.networks.modules[part], (parameters_of(state, part), buffers), (x,), more)
        x, more = (x[:, 1:].flatten(0, 1), {}) if more else (x, {})
    return x.unflatten(0, (N, GRID * GRID)).detach().numpy()


def _places(inputs: dict[str, Tensor], view: int) -> np.ndarray:
    """[N P 2]: the centre of each part of the crop, counted from the right where the crop is flipped."""
    top, left, height, width = inputs[f"noise/view{view}/0.box"].unbind(1)
    flip = inputs[f"noise/view{view}/0.flip"]
    found: list[Tensor] = []
    for row in range(GRID):
        for column in range(GRID):
            across = torch.where(flip, GRID - column - 0.5, column + 0.5) / GRID
            found.append(torch.stack((left + across * width, top + (row + 0.5) / GRID * height), dim=1))
    return torch.stack(found, dim=1).numpy()


def _group(inputs: dict[str, Tensor], prefix: str) -> dict[str, Tensor]:
    return {name.removeprefix(prefix): value for name, value in inputs.items() if name.startswith(prefix)}
