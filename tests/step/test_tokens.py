"""Masked views and tokens inside the step, against the same computation by hand. Legend: N batch, P patches, F features."""

from typing import Any

import pytest
import torch
from torch import Tensor
from torch.func import functional_call
from torch.nn import functional as F

from ssmi_compiler.compile import InPlaceStep, Lowered, draw_noise, example_inputs, lower
from ssmi_compiler.schedules import numbers_at
from ssmi_compiler.step.lower import StepProgram, StepResult
from ssmi_compiler.step.networks import parameters_of
from ssmi_dsl.errors import SpecError
from ssmi_dsl.load import load
from ssmi_dsl.spec.masks import RandomMask

N = 4
ENCODER = "encoder.backbone={vit: {patch: 8, width: 16, depth: 2, heads: 2, pool: mean}}"
FAST = [f"recipes.digits.batch_size={N}", "views.augment=[normalize: {mean: [0.5], std: [0.5]}]", ENCODER]
# the published form: one view, which both branches see
ONE_VIEW = ("views.count=1", "objective.views=same")
L2 = "objective.critic={rbf: {per_feature: true}}"


def _lowered(name: str, *overrides: str) -> tuple[Lowered, dict[str, Tensor]]:
    lowered = lower(load(name, recipe="digits", overrides=[*FAST, *overrides]))
    inputs = example_inputs(lowered.method, lowered.networks, lowered.augmentations, lowered.data, seed=0)
    generator = torch.Generator().manual_seed(0)
    inputs["batch"] = torch.randint(0, 256, inputs["batch"].shape, generator=generator, dtype=torch.uint8)
    return lowered, inputs


def _run(lowered: Lowered, inputs: dict[str, Tensor]) -> StepResult:
    program = StepProgram(lowered.stages[-1][1], lowered.method, lowered.networks, lowered.augmentations)

    def group(prefix: str) -> dict[str, Tensor]:
        return {key.removeprefix(prefix): value for key, value in inputs.items() if key.startswith(prefix)}

    return program(group("state/"), inputs["batch"], group("noise/"), group("number/"), {})


def _call(lowered: Lowered, inputs: dict[str, Tensor], part: str, x: Tensor, **more: Any) -> Tensor:
    state = {key.removeprefix("state/"): value for key, value in inputs.items()}
    buffers = parameters_of(state, part, "buffer")
    return functional_call(lowered.networks.modules[part], (parameters_of(state, part), buffers), (x,), more)


def _image(inputs: dict[str, Tensor]) -> Tensor:
    return inputs["batch"].float().expand(-1, 3, -1, -1) / 127.5 - 1.0


def test_i_jepa_predicts_the_layer_normed_tokens_of_hidden_patches_from_visible_ones() -> None:
    predictor = "branches.context.predictor={transformer: {width: 8, depth: 1, heads: 2}}"
    lowered, inputs = _lowered("i-jepa", *ONE_VIEW, L2, predictor, "views.mask={block: {count: 2, scale: 0.1}}")
    result = _run(lowered, inputs)

    visible, hidden = inputs["noise/mask0/visible"], inputs["noise/mask0/hidden"]
    image = _image(inputs)
    context = _call(lowered, inputs, "context.encoder", image, visible=visible, tokens=True)
    predicted = _call(lowered, inputs, "context.predictor", context, visible=visible, hidden=hidden, grid=(4, 4))
    target = F.layer_norm(_call(lowered, inputs, "target.encoder", image, tokens=True)[:, 1:], (16,))
    rows = torch.cat([target[n, hidden[n].flatten()] for n in range(N)])
    torch.testing.assert_close(result.metrics["step/joint"], F.mse_loss(predicted, rows), rtol=1e-5, atol=1e-6)


def test_data2vec_regresses_the_mean_of_normed_blocks_behind_the_mask_token() -> None:
    lowered, inputs = _lowered("data2vec", *ONE_VIEW, L2, "branches.student.predictor={linear: 16}")
    inputs["state/param/student.encoder/mask_token.value"] += 0.3
    result = _run(lowered, inputs)

    hidden, image = inputs["noise/mask0/hidden"], _image(inputs)
    student = _call(lowered, inputs, "student.encoder", image, hidden=hidden, tokens=True)[:, 1:]
    teacher = _call(lowered, inputs, "teacher.encoder", image, tokens=True, blocks=2)[:, 1:]
    places = [(n, int(place)) for n in range(N) for place in hidden[n].flatten()]
    predicted = _call(lowered, inputs, "student.predictor", torch.stack([student[at] for at in places]))
    expected = F.mse_loss(predicted, torch.stack([teacher[at] for at in places]))
    torch.testing.assert_close(result.metrics["step/joint"], expected, rtol=1e-5, atol=1e-6)
    assert result.gradients["step/student.encoder/mask_token.value"] is not None
    assert result.gradients["step/teacher.encoder/mask_token.value"] is None


def test_shared_prototypes_score_the_target_as_they_are() -> None:
    lowered, _ = _lowered("msn", "views.local=null", "views.mask={random: {ratio: 0.25}}", "optimize.swap=false")
    assert "target.prototypes" not in lowered.networks.modules
    graph = lowered.stages[-1][1]
    assigned = [op.text("params") for op in graph.ops if op.name == "assign"]
    assert assigned == ["anchor.prototypes", "anchor.prototypes"]
    (flow,) = [flow for flow in lowered.certificate.flows if flow.part == "anchor.prototypes"]
    assert flow.paths == ("anchor:0",), "no gradient reaches the prototypes through the target"


def test_masks_come_from_seed_and_step_and_leave_the_augmentation_as_it_was() -> None:
    lowered, _ = _lowered("ibot")
    assert lowered.masks is not None
    first, second = (
        draw_noise(lowered.augmentations, N, 32, seed=0, step=step, masks=lowered.masks) for step in (0, 1)
    )
    again = draw_noise(lowered.augmentations, N, 32, seed=0, step=1, masks=lowered.masks)
    plain = draw_noise(lowered.augmentations, N, 32, seed=0, step=1)
    assert not torch.equal(first["noise/mask0/hidden"], second["noise/mask0/hidden"])
    assert all(torch.equal(again[name], second[name]) for name in second)
    assert all(torch.equal(plain[name], second[name]) for name in plain)


def test_the_features_of_an_image_come_from_the_call_that_gives_its_tokens() -> None:
    lowered, _ = _lowered("ibot", "views.local=null")
    encodes = [op for op in lowered.stages[-1][1].ops if op.name == "encode"]
    assert len(encodes) == 4, "two views, each masked for the student and whole for the teacher"


@pytest.mark.parametrize(
    ("override", "message"),
    [
        ("views.mask=null", "`input: masked` needs `views.mask`"),
        ("encoder.backbone=resnet18", "only the backbone `vit` can leave out patches"),
        ("branches.student.input=visible", "`student` does not see hidden patches"),
    ],
)
def test_what_cannot_be_masked_is_refused(override: str, message: str) -> None:
    with pytest.raises(SpecError, match=message):
        load("ibot", overrides=[override])


def test_a_visible_share_is_fixed() -> None:
    assert RandomMask(ratio=0.15).counts((14, 14)).visible == 167


def test_masked_training_goes_on_from_a_saved_state_to_the_same_bits() -> None:
    lowered, _ = _lowered("ibot", "views.local=null")
    whole, first, second = (
        example_inputs(lowered.method, lowered.networks, lowered.augmentations, lowered.data, seed=0) for _ in range(3)
    )
    expected = _train(lowered, whole, range(4))
    before = _train(lowered, first, range(2))
    second.update({key: value.clone() for key, value in first.items() if key.startswith("state/")})
    after = _train(lowered, second, range(2, 4))
    assert [*before, *after] == expected
    assert all(torch.equal(whole[key], second[key]) for key in whole if key.startswith("state/"))
    assert float(whole["state/memory/objective1.center"].abs().sum()) > 0, "patches have a centre of their own"


def _train(lowered: Lowered, inputs: dict[str, Tensor], steps: range) -> list[float]:
    """Sum of the losses of every step, on random images of the step's number."""
    step, losses = InPlaceStep(lowered.step), []
    for index in steps:
        generator = torch.Generator().manual_seed(index)
        inputs["batch"] = torch.randint(0, 256, inputs["batch"].shape, generator=generator, dtype=torch.uint8)
        inputs.update(draw_noise(lowered.augmentations, N, 32, seed=0, step=index, masks=lowered.masks))
        for name, value in numbers_at(lowered.method, index, num_steps=4, steps_per_epoch=2).items():
            inputs[f"number/{name}"] = torch.tensor(value)
        losses.append(float(sum(step(*(inputs[name] for name in lowered.step.inputs)))))
    return losses
