"""One torch.fx graph for the whole step, traced with fake tensors and functionalised: no operation of it writes to its inputs."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import torch
from torch import Tensor, fx
from torch.fx.experimental.proxy_tensor import make_fx

from ssmi_compiler.step.lower import EXTRAS, StepProgram

PROBE_PREFIXES = ("seed/", "gate/")


@dataclass(frozen=True)
class TracedStep:
    """The traced graph, with the names of its inputs and outputs in order.

    inputs   `state/...`, `batch`, `labels`, `index`, `text`, `adjacency`, `noise/...`, `number/...`, `probe/seed/...`, `probe/gate/...`
    outputs  `state/...`, `metric/...`, `gradient/<phase>/<part>/<parameter>`
    """

    module: fx.GraphModule
    inputs: tuple[str, ...]
    outputs: tuple[str, ...]


def trace_step(program: StepProgram, inputs: Mapping[str, Tensor]) -> TracedStep:
    """Trace `program` on example `inputs` (without probes, which are added here as scalar ones)."""
    batch = inputs["batch"]  # new_ones: inputs may be fake tensors of a device that this machine lacks
    probes = {f"probe/{name}": batch.new_ones((), dtype=torch.float32) for name in (*program.seeds, *program.gates)}
    named = {**inputs, **probes}
    names = tuple(named)
    outputs: list[str] = []

    def flat(*tensors: Tensor) -> list[Tensor]:
        values = dict(zip(names, tensors, strict=True))
        result = program(
            _group(values, "state/"),
            values["batch"],
            _group(values, "noise/"),
            _group(values, "number/"),
            _group(values, "probe/"),
            {name: values[name] for name in EXTRAS if name in values},
        )
        out = {f"state/{name}": result.state[name] for name in _group(values, "state/")}
        out.update({f"metric/{name}": value for name, value in result.metrics.items()})
        out.update({f"gradient/{name}": value for name, value in result.gradients.items() if value is not None})
        outputs[:] = list(out)
        return list(out.values())

    examples = list(named.values())
    joint = make_fx(flat, tracing_mode="fake")(*examples)
    module = make_fx(_functional(joint), tracing_mode="fake")(*examples)
    module.graph.eliminate_dead_code()
    module.recompile()
    return TracedStep(module, names, tuple(outputs))


def without_probes(traced: TracedStep) -> TracedStep:
    """The step that runs: probes replaced by the constant 1 that they stand for, gradients no longer returned."""
    module = fx.GraphModule(traced.module, fx.Graph())
    new = module.graph
    mapping: dict[fx.Node, fx.Node] = {}
    kept_inputs: list[str] = []
    names = iter(traced.inputs)
    one: fx.Node | None = None
    for node in traced.module.graph.nodes:
        if node.op == "placeholder":
            name = next(names)
            if name.startswith("probe/"):
                one = None
                continue
            kept_inputs.append(name)
        if node.op == "output":
            values = [
                mapping[value]
                for value, name in zip(node.args[0], traced.outputs, strict=True)
                if not name.startswith("gradient/")
            ]
            new.output(values)
            continue
        probe_args = [arg for arg in node.all_input_nodes if arg not in mapping]
        if probe_args and node.target is torch.ops.aten.mul.Tensor and len(node.all_input_nodes) == 2:
            other = next(arg for arg in node.all_input_nodes if arg not in probe_args)
            if _shape(other) == _shape(node):  # x * 1 -> x
                mapping[node] = mapping[other]
                continue
        for arg in probe_args:
            if one is None:
                device = arg.meta["val"].device
                one = new.call_function(
                    torch.ops.aten.full.default, ([], 1.0), {"dtype": torch.float32, "device": device}
                )
                one.meta["val"] = arg.meta["val"]
            mapping[arg] = one
        mapping[node] = new.node_copy(node, lambda arg: mapping[arg])
        for arg in probe_args:
            del mapping[arg]
    module.graph.eliminate_dead_code()
    module.recompile()
    outputs = tuple(name for name in traced.outputs if not name.startswith("gradient/"))
    return TracedStep(module, tuple(kept_inputs), outputs)


def _functional(module: fx.GraphModule) -> Callable[..., list[Tensor]]:
    return torch.func.functionalize(module, remove="mutations")


def _group(values: Mapping[str, Tensor], prefix: str) -> dict[str, Tensor]:
    return {name[len(prefix) :]: value for name, value in values.items() if name.startswith(prefix)}


def _shape(node: fx.Node) -> tuple[int, ...]:
    return tuple(node.meta["val"].shape)
