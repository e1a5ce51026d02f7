"""Contrastive predictive coding inside the step, against the same computation by hand. Legend: N batch, R, C rows and columns, D features."""

import pytest
import torch
from references import cpc
from torch import Tensor

from ssmi_compiler.compile import example_inputs, lower
from ssmi_compiler.errors import CompileError
from ssmi_compiler.step.lower import StepProgram
from ssmi_compiler.step.networks import parameters_of
from ssmi_dsl.errors import SpecError
from ssmi_dsl.load import load

N, GRID, D = 4, (3, 3), 8
FAST = [
    f"recipes.digits.batch_size={N}",
    f"recipes.digits.method.encoder.backbone={{patches: {{of: {{mlp: {{widths: [12, {D}]}}}}, size: 12, stride: 10, crop: 10}}}}",
    f"recipes.digits.method.branches.shared.tokens.projector={{masked-convolutions: {{width: {D}, hidden: 4, depth: 2}}}}",
]
ENDS = '"on": {a: shared.tokens, b: shared.map}, views: same, bound: infonce, critic: bilinear, marginal: in-batch'


def _objective(*steps: int) -> str:
    each = ", ".join(f"{{name: below-{k}, {ENDS}, positive: {{rows-below: {{steps: {k}}}}}}}" for k in steps)
    return f"recipes.digits.method.objective=[{each}]"


def test_a_step_predicts_the_patches_of_the_rows_below() -> None:
    lowered = lower(load("cpc", recipe="digits", overrides=[*FAST, _objective(1, 2)]))
    inputs = example_inputs(lowered.method, lowered.networks, lowered.augmentations, lowered.data, seed=0)
    generator = torch.Generator().manual_seed(0)
    inputs["batch"] = torch.randint(0, 256, inputs["batch"].shape, generator=generator, dtype=torch.uint8)
    for name in ("objective0", "objective1"):
        inputs[f"state/param/{name}/bilinear"] += torch.randn(D, D, generator=generator)
    program = StepProgram(lowered.stages[-1][1], lowered.method, lowered.networks, lowered.augmentations)
    result = program(_group(inputs, "state/"), inputs["batch"], _group(inputs, "noise/"), _group(inputs, "number/"), {})

    image = lowered.augmentations[0](inputs["batch"], _group(inputs, "noise/view0/"))
    windows = inputs["noise/mask0/windows"]
    encodings = _call(lowered.networks.modules["shared.encoder"], inputs, image, tokens=True, windows=windows)[:, 1:]
    contexts = _call(lowered.networks.modules["shared.token_projector"], inputs, encodings.flatten(0, 1), grid=GRID)
    maps = [each.reshape(N, *GRID, D).detach().numpy() for each in (contexts, encodings)]
    for index, steps in enumerate((1, 2)):
        weight = inputs[f"state/param/objective{index}/bilinear"].numpy()
        found = sum(float(result.metrics[f"joint/below-{steps}.{part}"]) for part in ("joint", "marginal"))
        assert found == pytest.approx(cpc.loss(maps[0], maps[1], weight, steps=steps), rel=1e-5)
        gradient = result.gradients[f"joint/objective{index}/bilinear"]
        assert gradient is not None
        assert float(gradient.abs().sum()) > 0


def test_a_row_that_no_map_has_is_refused() -> None:
    with pytest.raises(CompileError, match="`rows-below`: a map of 3 rows has no place 3 rows below another"):
        lower(load("cpc", recipe="digits", overrides=[*FAST, _objective(3)]))


NARROW = "recipes.digits.method.branches.shared.tokens.projector={linear: 6}"


def test_a_bilinear_critic_scores_contexts_of_another_width() -> None:
    lowered = lower(load("cpc", recipe="digits", overrides=[*FAST, _objective(1), NARROW]))
    assert lowered.certificate.flows


def test_contexts_of_another_width_are_refused_by_other_critics() -> None:
    by_product = _objective(1).replace("bilinear", "dot")
    with pytest.raises(CompileError, match=r"`shared.tokens` gives 6 features, `shared.map` gives 8 features"):
        lower(load("cpc", recipe="digits", overrides=[*FAST, by_product, NARROW]))


def test_a_context_of_hidden_patches_is_refused() -> None:
    tokens = "branches.student.tokens={projector: {masked-convolutions: {width: 384}}}"
    with pytest.raises(SpecError, match="masked convolutions need all places of a map"):
        load("ibot", overrides=[tokens])


def _call(module: torch.nn.Module, inputs: dict[str, Tensor], x: Tensor, **more: object) -> Tensor:
    part = "shared.encoder" if "tokens" in more else "shared.token_projector"
    return torch.func.functional_call(module, parameters_of(_group(inputs, "state/"), part), (x,), more)


def _group(inputs: dict[str, Tensor], prefix: str) -> dict[str, Tensor]:
    return {name.removeprefix(prefix): value for name, value in inputs.items() if name.startswith(prefix)}
