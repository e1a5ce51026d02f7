"""Passes: what each writes, and that a step does the same before and after it. `--update-golden` rewrites the expected texts."""

from pathlib import Path

import pytest
import torch
from bundled import EVERY_METHOD, lower_small, random_data, small, stages_of
from torch import Tensor

from ssmi_compiler.api import embedded_data
from ssmi_compiler.compile import Lowered, example_inputs, lower
from ssmi_compiler.ir.text import parse_graph, print_graph
from ssmi_compiler.ir.verify import verify
from ssmi_compiler.passes import PIPELINE
from ssmi_compiler.step.lower import EXTRAS, StepProgram, StepResult
from ssmi_dsl.bundled import bundled_names
from ssmi_dsl.load import load

HERE = Path(__file__).parent
PASSES = dict(PIPELINE)


def _check(path: Path, text: str, *, update: bool) -> None:
    if update:
        path.write_text(text)
    assert path.is_file(), f"{path.name} is missing; run pytest with --update-golden"
    assert text == path.read_text()


@pytest.mark.parametrize("name", sorted(PASSES))
def test_what_a_pass_writes(name: str, update_golden: bool) -> None:
    graph = parse_graph((HERE / "cases" / f"{name}.mi").read_text())
    after = PASSES[name](graph)
    verify(after, after=name)
    assert PASSES[name](after) == after, "a pass that runs twice changes nothing the second time"
    _check(HERE / "golden" / f"{name}.mi", print_graph(after), update=update_golden)


@pytest.mark.parametrize("name", bundled_names())
def test_the_graph_of_a_bundled_method(name: str, update_golden: bool) -> None:
    stages, _, _ = stages_of(small(name), embedded_data(name))
    _check(HERE / "golden" / "methods" / f"{name}.mi", print_graph(stages[-1][1]), update=update_golden)


@pytest.mark.parametrize("name", EVERY_METHOD)
def test_a_step_does_the_same_after_every_pass(name: str) -> None:
    # batched views share the statistics of batch norm by the spec's own choice; that pass is tested without batch norm
    lowered = lower_small(name, "views.encode=separately")
    first, *rest = [_run(lowered, index) for index in range(len(lowered.stages))]
    for (stage, _), result in zip(lowered.stages[1:], rest, strict=True):
        _same(first, result, stage)


def test_batched_views_do_the_same_without_batch_norm() -> None:
    lowered = lower(
        load(
            "simclr",
            recipe="digits",
            overrides=[
                "recipes.digits.batch_size=8",
                "encoder.backbone={mlp: {widths: [16, 8]}}",
                "branches.shared.projector={mlp: {widths: [8, 4], norm: none}}",
            ],
        )
    )
    names = [stage for stage, _ in lowered.stages]
    before, after = (_run(lowered, names.index("batch_views") + offset) for offset in (-1, 0))
    graphs = [print_graph(lowered.stages[names.index("batch_views") + offset][1]) for offset in (-1, 0)]
    assert [text.count("= encode(") for text in graphs] == [2, 1]
    _same(before, after, "batch_views")


def _run(lowered: Lowered, stage: int) -> StepResult:
    program = StepProgram(lowered.stages[stage][1], lowered.method, lowered.networks, lowered.augmentations)
    inputs = example_inputs(lowered.method, lowered.networks, lowered.augmentations, lowered.data, seed=0)
    inputs.update(random_data(inputs))
    for key in inputs:
        if key.startswith("number/"):
            inputs[key] = torch.tensor(0.9 if "momentum" in key else 0.01)

    def group(prefix: str) -> dict[str, Tensor]:
        return {key.removeprefix(prefix): value for key, value in inputs.items() if key.startswith(prefix)}

    extras = {key: inputs[key] for key in EXTRAS if key in inputs}
    return program(group("state/"), inputs["batch"], group("noise/"), group("number/"), {}, extras)


def _same(before: StepResult, after: StepResult, stage: str) -> None:
    assert before.state.keys() == after.state.keys()
    for kind, left, right in (("metric", before.metrics, after.metrics), ("state", before.state, after.state)):
        for name, value in left.items():
            torch.testing.assert_close(right[name], value, rtol=1e-4, atol=1e-5, msg=f"{stage}: {kind} {name}")
    moved = [name for name in before.gradients if before.gradients[name] is not None]
    assert moved
    assert moved == [name for name in after.gradients if after.gradients[name] is not None]
    for name in moved:
        left, right = before.gradients[name], after.gradients[name]
        assert left is not None
        assert right is not None
        torch.testing.assert_close(right, left, rtol=1e-3, atol=1e-5, msg=f"{stage}: gradient {name}")
