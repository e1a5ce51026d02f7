"""Devices and precision: what can be shown of a GPU without one, bfloat16 traced on the CPU, and, where there is a GPU, the real thing."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
import torch
from bundled import EVERY_METHOD, lower_small, small, stages_of
from torch import Tensor
from torch._subclasses.fake_tensor import FakeTensorMode

from ssmi_compiler.api import embedded_data
from ssmi_compiler.artifact import load_step, write_artifact
from ssmi_compiler.compile import (
    InPlaceStep,
    Lowered,
    example_inputs,
    lower,
)
from ssmi_compiler.step.lower import EXTRAS, StepProgram
from ssmi_dsl.bundled import bundled_names
from ssmi_dsl.components.datasets import DATASETS

MATRIX = (torch.ops.aten.convolution.default, torch.ops.aten.mm.default, torch.ops.aten.addmm.default)


@pytest.mark.skipif(not torch.backends.cuda.is_built(), reason="this torch knows no CUDA device")
@pytest.mark.parametrize("name", EVERY_METHOD)
def test_no_operation_of_a_step_mixes_devices(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Fake CUDA tensors refuse a constant that was left on the CPU. The autograd engine needs a driver, so gradients are replaced."""

    def gradients(outputs: Sequence[Tensor], inputs: Sequence[Tensor], *rest: Any, **options: Any) -> list[Tensor]:
        return [torch.zeros_like(item) for item in inputs]

    monkeypatch.setattr(torch.autograd, "grad", gradients)
    method, data = small(name), embedded_data(name)
    stages, networks, augmentations = stages_of(method, data)
    inputs = example_inputs(method, networks, augmentations, DATASETS[data], seed=0)
    program = StepProgram(stages[-1][1], method, networks, augmentations)
    with FakeTensorMode(allow_non_fake_inputs=False):
        fake = {key: torch.empty(value.shape, dtype=value.dtype, device="cuda") for key, value in inputs.items()}

        def group(prefix: str) -> dict[str, Tensor]:
            return {key.removeprefix(prefix): value for key, value in fake.items() if key.startswith(prefix)}

        extras = {key: fake[key] for key in EXTRAS if key in fake}
        result = program(group("state/"), fake["batch"], group("noise/"), group("number/"), {}, extras)
    assert {value.device.type for value in (*result.state.values(), *result.metrics.values())} == {"cuda"}


@pytest.mark.parametrize("name", ["byol", "data2vec", "vicreg"])
def test_bfloat16_reaches_matrix_products_and_nothing_that_is_kept(name: str) -> None:
    lowered = lower_small(name, "recipes.digits.precision=bfloat16")
    method = lowered.method
    values = [node.meta["val"] for node in lowered.step.module.graph.nodes if node.target in MATRIX]
    networks = [value for value in values if value.dtype is torch.bfloat16]
    assert len(networks) >= 10, "convolutions and linear layers, forward and backward"
    inputs = example_inputs(method, lowered.networks, lowered.augmentations, lowered.data, seed=0)
    metrics = InPlaceStep(lowered.step)(*(inputs[key] for key in lowered.step.inputs))
    assert all(value.dtype is torch.float32 for value in metrics)
    kept = [value for key, value in inputs.items() if key.startswith("state/") and value.is_floating_point()]
    assert {value.dtype for value in kept} == {torch.float32}


def test_bfloat16_stays_close_to_float32() -> None:
    losses: list[float] = []
    for precision in ("float32", "bfloat16"):
        lowered = lower_small("simclr", f"recipes.digits.precision={precision}")
        losses.append(_first_loss(lowered, "cpu"))
    assert losses[0] != losses[1]
    assert losses[1] == pytest.approx(losses[0], rel=0.03)


@pytest.mark.gpu
@pytest.mark.parametrize("name", bundled_names())
@pytest.mark.parametrize("precision", ["float32", "bfloat16"])
def test_the_compiled_step_on_a_gpu_agrees_with_the_cpu(name: str, precision: str, tmp_path: Path) -> None:
    on_cpu = lower_small(name)
    on_gpu = lower(small(name, f"recipes.digits.precision={precision}"), data=embedded_data(name), device="cuda")
    step = load_step(write_artifact(on_gpu, tmp_path / name))
    found = _first_loss(on_gpu, "cuda", step)
    assert found == pytest.approx(_first_loss(on_cpu, "cpu"), rel=1e-3 if precision == "float32" else 0.05, abs=1e-3)


def _first_loss(lowered: Lowered, device: str, step: Any = None) -> float:
    inputs = example_inputs(
        lowered.method, lowered.networks, lowered.augmentations, lowered.data, seed=0, device=device
    )
    generator = torch.Generator().manual_seed(0)
    inputs["batch"] = torch.randint(0, 256, inputs["batch"].shape, generator=generator, dtype=torch.uint8).to(device)
    function = step or InPlaceStep(lowered.step)
    return float(sum(function(*(inputs[key] for key in lowered.step.inputs))))
