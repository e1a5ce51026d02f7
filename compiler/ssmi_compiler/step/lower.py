"""The MI graph executed on tensors: a pure function of state, batch, noise and the step's numbers.

Randomness is data: augmentation reads its random numbers from `noise`. Gradients are taken inside, so tracing this function gives forward,
backward, optimiser and target update in one graph. Legend: N batch, D embedding.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, cast

import torch
from torch import Tensor
from torch.func import functional_call

from ssmi_compiler.augment import Augmentation, ViewMaker
from ssmi_compiler.ir.graph import Graph, Op
from ssmi_compiler.ir.torch_ops import TorchBuilder
from ssmi_compiler.optim import update
from ssmi_compiler.step.networks import Networks, State, parameters_of
from ssmi_dsl.builders.protocol import Mask
from ssmi_dsl.spec.method import Method
from ssmi_dsl.spec.parts import is_of_terms, optimizer_of

# inputs of a step beside the batch, where a method reads them
EXTRAS = ("labels", "index", "text", "adjacency")
DTYPES = {"float32": torch.float32, "bfloat16": torch.bfloat16, "float16": torch.float16}


class _Gate(torch.autograd.Function):
    """Identity whose gradient is multiplied by `gate`, so that a gradient's dependence on `gate` shows that it came this way."""

    @staticmethod
    def forward(ctx: Any, x: Tensor, gate: Tensor) -> Tensor:
        ctx.save_for_backward(gate)
        return x.view_as(x)

    @staticmethod
    def backward(ctx: Any, *grads: Tensor) -> tuple[Tensor, None]:
        (gate,) = ctx.saved_tensors
        return grads[0] * gate, None


@dataclass(frozen=True)
class StepResult:
    """`gradients` are keyed `phase/part/parameter`, for every parameter of the method; None where no gradient arrives."""

    state: State
    metrics: dict[str, Tensor]
    gradients: dict[str, Tensor | None]


@dataclass
class StepProgram:
    """An executable MI graph. `probes` of a call hold a scalar 1 for each `seed/<phase>/<term>` and `gate/<path>`."""

    graph: Graph
    method: Method
    networks: Networks
    augmentations: tuple[ViewMaker, ...]
    builder: TorchBuilder = field(default_factory=TorchBuilder)

    @property
    def seeds(self) -> tuple[str, ...]:
        return tuple(
            f"seed/{op.text('phase')}/{term}"
            for op in self.graph.ops
            if op.name == "minimize"
            for term in op.names("terms")
        )

    @property
    def gates(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys(f"gate/{op.text('path')}" for op in self.graph.ops if op.name == "probe"))

    def __call__(
        self,
        state: Mapping[str, Tensor],
        batch: Tensor,
        noise: Mapping[str, Tensor],
        numbers: Mapping[str, Tensor],
        probes: Mapping[str, Tensor],
        extras: Mapping[str, Tensor] | None = None,
    ) -> StepResult:
        """batch: uint8 [N C H W]; noise: `view<i>/<key>`, `mask<i>/<part>` of masked views and of patches, `objective<i>.<name>` of terms; numbers: see
        `numbers_at`, scalars; extras: `labels`, `index` int64 [N], `text` int64 [N L], `adjacency` float32 [N N]. Of a graph,
        batch holds the features of its nodes, float32 [N F].
        """
        return _Run(self, state, batch, noise, numbers, probes, extras or {}).run()


def rate_of(method: Method, part: str) -> str:
    """The number that is the learning rate of a parameter group."""
    if is_of_terms(part) and method.spec.optimize.terms is not None:
        return "lr/terms"
    kind = part.partition(".")[2]
    kind = kind.removeprefix("token_")
    return f"lr/{kind}" if kind in ("predictor", "prototypes") else "lr"


class _Run:
    def __init__(
        self,
        program: StepProgram,
        state: Mapping[str, Tensor],
        batch: Tensor,
        noise: Mapping[str, Tensor],
        numbers: Mapping[str, Tensor],
        probes: Mapping[str, Tensor],
        extras: Mapping[str, Tensor],
    ) -> None:
        self.extras = extras
        self.program, self.batch, self.noise, self.numbers, self.probes = program, batch, noise, numbers, probes
        self.state: State = dict(state)
        self.params = {part: self._leaves(part) for part in program.networks.modules}
        self.buffers = {part: parameters_of(state, part, "buffer") for part in program.networks.modules}
        self.metrics: dict[str, Tensor] = {}
        self.gradients: dict[str, Tensor | None] = {}
        self.updated: dict[str, dict[str, Tensor]] = {}

    def _leaves(self, part: str) -> dict[str, Tensor]:
        return {name: p.detach().requires_grad_() for name, p in parameters_of(self.state, part).items()}

    def run(self) -> StepResult:
        values: list[Tensor | None] = []
        for op in self.program.graph.ops:
            operands = [cast(Tensor, values[index]) for index in op.operands]
            handler = getattr(self, f"_{op.name}", None)
            values.append(handler(op, *operands) if handler is not None else self._arithmetic(op, operands))
        for part, buffers in self.buffers.items():
            self.state.update({f"buffer/{part}/{name}": value.detach() for name, value in buffers.items()})
        self.state["step"] = self.state["step"] + 1
        return StepResult(self.state, self.metrics, self.gradients)

    def _arithmetic(self, op: Op, operands: list[Tensor]) -> Tensor:
        attrs: dict[str, Any] = dict(op.attrs)
        if "without" in attrs:
            attrs["without"] = Mask(attrs["without"])
        function = getattr(self.program.builder, op.name)
        return function(tuple(operands)) if op.name in ("columns", "concat") else function(*operands, **attrs)

    def _view(self, op: Op) -> Tensor:
        index = int(op.number("index"))
        image = self.program.augmentations[index](self.batch, self._view_noise(index))
        if image.dim() == 4 and self.program.method.recipe.channels_last:
            return image.contiguous(memory_format=torch.channels_last)
        return image

    def _view_noise(self, index: int) -> dict[str, Tensor]:
        prefix = f"view{index}/"
        return {name[len(prefix) :]: value for name, value in self.noise.items() if name.startswith(prefix)}

    def _network(self, op: Op, x: Tensor, *places: Tensor) -> Tensor:
        part = op.text("params")
        constant = dict(op.attrs).get("constant", False)
        params = {n: p.detach() for n, p in self.params[part].items()} if constant else self.params[part]
        buffers = {name: value.clone() for name, value in self.buffers[part].items()}
        dtype = DTYPES[self.program.method.recipe.precision]
        with torch.autocast(x.device.type, dtype=dtype, enabled=dtype is not torch.float32):
            y = functional_call(self.program.networks.modules[part], (params, buffers), (x,), _call(op, places))
        if op.attr("track"):
            self.buffers[part] = {name: value.detach() for name, value in buffers.items()}
        return y.float()

    _encode = _project = _predict = _predict_tokens = _assign = _network

    def _mask(self, op: Op) -> Tensor:
        return self.noise[f"mask{int(op.number('view'))}/{op.text('part')}"]

    def _pooled(self, op: Op, x: Tensor) -> Tensor:
        return x[:, 0]

    def _tokens(self, op: Op, x: Tensor) -> Tensor:
        return x[:, 1:].flatten(0, 1)

    def _take_tokens(self, op: Op, x: Tensor, hidden: Tensor) -> Tensor:
        places = hidden.flatten(1)[:, :, None].expand(-1, -1, x.shape[2])
        return x[:, 1:].gather(1, places).flatten(0, 1)

    def _places(self, op: Op) -> Tensor:
        """Centres of a view's tokens in the source image [N*P 2]."""
        index = int(op.number("view"))
        augmentation, size = self.program.augmentations[index], (self.batch.shape[-2], self.batch.shape[-1])
        assert isinstance(augmentation, Augmentation), "nodes of a graph have no place in an image"
        sources = augmentation.sources(self._view_noise(index), self.batch.shape[0], size, self.batch.device)
        height, width = augmentation.output_size(size)
        rows, columns = (int(number) for number in op.names("grid"))
        x = (torch.arange(columns, device=self.batch.device) + 0.5) * (width / columns)
        y = (torch.arange(rows, device=self.batch.device) + 0.5) * (height / rows)
        centers = torch.stack(torch.meshgrid(x, y, indexing="xy"), dim=-1).flatten(0, 1)
        return (centers @ sources[:, :, :2].mT + sources[:, None, :, 2]).flatten(0, 1)

    def _parameter(self, op: Op) -> Tensor:
        return self.params[op.text("params")][op.text("parameter")]

    def _number(self, op: Op) -> Tensor:
        return self.numbers[op.text("key")]

    def _noise(self, op: Op) -> Tensor:
        return self.noise[op.text("key")]

    def _labels(self, op: Op) -> Tensor:
        return self.extras["labels"]

    def _index(self, op: Op) -> Tensor:
        return self.extras["index"]

    def _text(self, op: Op) -> Tensor:
        return self.extras["text"]

    def _adjacency(self, op: Op) -> Tensor:
        return self.extras["adjacency"]

    def _rows(self, op: Op, x: Tensor) -> Tensor:
        return x[int(op.number("start")) : int(op.number("stop"))]

    def _probe(self, op: Op, x: Tensor) -> Tensor:
        gate = self.probes.get(f"gate/{op.text('path')}")
        return x if gate is None else cast(Tensor, _Gate.apply(x, gate))

    def _stop_gradient(self, op: Op, x: Tensor) -> Tensor:
        return x.detach()

    def _state(self, op: Op) -> Tensor:
        return self.state[f"memory/{op.text('key')}"].detach()

    def _metric(self, op: Op, x: Tensor) -> None:
        self.metrics[op.text("name")] = x.detach()

    def _minimize(self, op: Op, *losses: Tensor) -> None:
        phase = op.text("phase")
        names = [(part, name) for part, params in self.params.items() for name in params]
        leaves = [self.params[part][name] for part, name in names]
        # a term without any gradient has no part in the backward pass; the certificate refuses it by name (GF001)
        terms = [(term, loss) for term, loss in zip(op.names("terms"), losses, strict=True) if loss.requires_grad]
        seeds = [self.probes.get(f"seed/{phase}/{term}", torch.ones_like(loss)) for term, loss in terms]
        found = torch.autograd.grad([loss for _, loss in terms], leaves, seeds, allow_unused=True, retain_graph=True)
        gradients = dict(zip(names, found, strict=True))
        self.gradients.update({f"{phase}/{part}/{name}": gradient for (part, name), gradient in gradients.items()})
        for part in op.names("parts"):
            self._move(part, {name: gradients[part, name] for name in self.params[part]})
        sequential = self.program.method.spec.optimize.updates == "sequential"
        if sequential:
            for part in op.names("parts"):
                self.params[part] = self._leaves(part)

    def _move(self, part: str, gradients: dict[str, Tensor | None]) -> None:
        params = {name: parameter.detach() for name, parameter in self.params[part].items()}
        grads = {n: torch.zeros_like(params[n]) if g is None else g.detach() for n, g in gradients.items()}
        excluded = frozenset(name for name, parameter in params.items() if parameter.dim() <= 1)
        method = self.program.method
        lr, optimizer = self.numbers[rate_of(method, part)], optimizer_of(method, part)
        slots = parameters_of(self.state, part, "slot")
        new_params, new_slots = update(
            optimizer,
            params,
            grads,
            slots,
            lr=lr,
            step=self.state["step"],
            excluded=excluded,
            weight_decay=self.numbers.get("weight_decay") if optimizer is method.recipe.optimizer else None,
        )
        self.state.update({f"param/{part}/{name}": value for name, value in new_params.items()})
        self.state.update({f"slot/{part}/{name}": value for name, value in new_slots.items()})

    def _ema(self, op: Op) -> None:
        """target <- m target + (1 - m) source, after the optimiser; the source's new parameters are read."""
        for source, target in zip(op.names("source"), op.names("target"), strict=True):
            momentum = self.numbers[f"momentum/{target.split('.')[0]}"]
            for name, follower in parameters_of(self.state, target).items():
                self.state[f"param/{target}/{name}"] = torch.lerp(
                    self.state[f"param/{source}/{name}"], follower, momentum
                )
            for name, follower in self.buffers[target].items():
                leader = self.buffers[source][name]
                self.buffers[target][name] = (
                    torch.lerp(leader, follower, momentum) if op.text("buffers") == "ema" else leader.clone()
                )

    def _store(self, op: Op, value: Tensor) -> None:
        self.state[f"memory/{op.text('key')}"] = value.detach()


def _call(op: Op, places: tuple[Tensor, ...]) -> dict[str, Any]:
    """Keyword arguments of a network beside its input: what it gives, and which patches are visible or hidden."""
    attrs = dict(op.attrs)
    if op.name == "predict_tokens":
        visible, hidden = places
        rows, columns = (int(size) for size in op.names("grid"))
        return {"visible": visible, "hidden": hidden, "grid": (rows, columns)}
    if "grid" in attrs:
        return {"grid": tuple(int(size) for size in op.names("grid"))}
    if not attrs.get("tokens"):
        return {op.text("sees"): places[0]} if places else {}
    found: dict[str, Any] = {"tokens": True}
    if places:
        found[op.text("sees")] = places[0]
    if "blocks" in attrs:
        found["blocks"] = int(op.number("blocks"))
    return found
