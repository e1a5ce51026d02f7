"""The traced step and its certificate, for every bundled method and for planted leaks. Legend: N batch."""

from typing import Any

import pytest
import torch
from bundled import EVERY_METHOD, random_data, stages_of
from torch import Tensor, nn

from ssmi_compiler.api import embedded_data
from ssmi_compiler.compile import example_inputs
from ssmi_compiler.errors import CertificateError
from ssmi_compiler.ir.graph import Op
from ssmi_compiler.ir.text import parse_graph, print_graph
from ssmi_compiler.step import lower
from ssmi_compiler.step.certificate import certify
from ssmi_compiler.step.lower import EXTRAS, StepProgram
from ssmi_compiler.step.trace import trace_step, without_probes
from ssmi_dsl.components.datasets import DATASETS
from ssmi_dsl.load import load
from ssmi_dsl.spec.method import Method

N = 8
SMALL = ["recipes.digits.method.encoder.backbone.conv-small.width=4"]


def _method(name: str, *overrides: str) -> Method:
    queue = ["recipes.digits.method.objective.marginal.queue.size=16"] if name in ("moco-v1", "moco-v2") else []
    return load(name, recipe="digits", overrides=[f"recipes.digits.batch_size={N}", *queue, *overrides])


def _program(method: Method) -> tuple[StepProgram, dict[str, Tensor]]:
    data = embedded_data(method.spec.name)
    stages, networks, augmentations = stages_of(method, data)
    inputs = example_inputs(method, networks, augmentations, DATASETS[data], seed=0)
    inputs.update(random_data(inputs))
    for name in [name for name in inputs if name.startswith("number/")]:
        inputs[name] = torch.tensor(0.9 if "momentum" in name else 0.1)
    return StepProgram(stages[-1][1], method, networks, augmentations), inputs


def _group(inputs: dict[str, Tensor], prefix: str) -> dict[str, Tensor]:
    return {name[len(prefix) :]: value for name, value in inputs.items() if name.startswith(prefix)}


@pytest.mark.parametrize("name", EVERY_METHOD)
def test_bundled_method_traces_certifies_and_runs_as_eager(name: str) -> None:
    method = _method(name)
    program, inputs = _program(method)
    assert parse_graph(print_graph(program.graph)) == program.graph

    traced = trace_step(program, inputs)
    certificate = certify(traced, method)
    step = without_probes(traced)
    outputs = dict(zip(step.outputs, step.module(*(inputs[key] for key in step.inputs)), strict=True))
    extras = {key: inputs[key] for key in EXTRAS if key in inputs}
    noise, numbers = _group(inputs, "noise/"), _group(inputs, "number/")
    eager = program(_group(inputs, "state/"), inputs["batch"], noise, numbers, {}, extras)

    assert certificate.paradigm == method.paradigm
    assert not any(key.startswith("probe/") for key in step.inputs)
    for key, value in eager.state.items():
        torch.testing.assert_close(outputs[f"state/{key}"], value, rtol=1e-4, atol=1e-4)


def test_ema_target_moves_only_by_its_update() -> None:
    program, inputs = _program(_method("byol"))
    result = program(_group(inputs, "state/"), inputs["batch"], _group(inputs, "noise/"), _group(inputs, "number/"), {})
    key = "param/target.encoder/blocks.0.weight"
    source = "param/online.encoder/blocks.0.weight"
    expected = 0.9 * inputs[f"state/{key}"] + 0.1 * result.state[source]
    torch.testing.assert_close(result.state[key], expected)


@pytest.mark.parametrize("name", ["byol", "simsiam", "moco-v2", "sdmi"])
def test_a_detach_that_does_nothing_is_refused(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    def leaky(self: object, op: Op, x: Tensor) -> Tensor:
        return x

    monkeypatch.setattr(lower._Run, "_stop_gradient", leaky)
    program, inputs = _program(_method(name))
    if name in ("byol", "moco-v2"):  # the networks of a target are read without gradient, too: undo that as well
        ops = tuple(op.with_attrs(constant=False) if dict(op.attrs).get("constant") else op for op in program.graph.ops)
        program.graph = type(program.graph)(program.graph.name, ops)

    with pytest.raises(CertificateError, match=r"held constant|is constant"):
        certify(trace_step(program, inputs), _method(name))


def test_a_backbone_that_detaches_is_refused() -> None:
    class Detached(nn.Module):
        def __init__(self, inner: nn.Module) -> None:
            super().__init__()
            self.inner = inner

        def forward(self, x: Tensor) -> Tensor:
            return self.inner(x).detach()

    method = _method("jmi")
    program, inputs = _program(method)
    encoder: Any = program.networks.modules["shared.encoder"]
    encoder.blocks = nn.Sequential(Detached(encoder.blocks[0]), *list(encoder.blocks)[1:])
    renamed = {key.replace("/blocks.0.", "/blocks.0.inner."): value for key, value in inputs.items()}

    with pytest.raises(CertificateError, match="receive no gradient"):
        certify(trace_step(program, renamed), method)


def test_a_spec_without_stop_gradient_is_refused_by_the_certificate_too() -> None:
    declared = _method("simsiam")
    program, inputs = _program(_method("simsiam", "branches.target.stop_gradient=false"))
    with pytest.raises(CertificateError, match="held constant"):
        certify(trace_step(program, inputs), declared)


def test_a_target_whose_update_is_missing_is_refused() -> None:
    method = _method("byol")
    program, inputs = _program(method)
    graph = program.graph
    program.graph = type(graph)(graph.name, tuple(op for op in graph.ops if op.name != "ema"))
    with pytest.raises(CertificateError, match="never moves"):
        certify(trace_step(program, inputs), method)
