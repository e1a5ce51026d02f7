"""From a method to its MI graph: one optimiser step, written as plainly as the method reads. Passes make it fast.

Legend: N batch, F backbone features, D embedding, S image size.
"""

from dataclasses import dataclass

from ssmi_compiler.ir.emit import IRBuilder, Value
from ssmi_compiler.ir.graph import Graph, GraphBuilder
from ssmi_dsl.components.heads import output_width
from ssmi_dsl.spec.method import BranchView, Method, Pair, Phase, Sharing
from ssmi_dsl.spec.parts import owned_parts, trained_parts
from ssmi_dsl.terms import TermPair, pair_loss
from ssmi_dsl.terms.marginals.queue import Queue


@dataclass(frozen=True, slots=True)
class Sizes:
    """What the graph must know of data and encoders: batch, image size of the views, features of each owner's backbone."""

    batch: int
    channels: int
    image: int
    features: dict[str, int]


def build_graph(method: Method, sizes: Sizes) -> Graph:
    """The step of `method`: views, branches, loss, updates, in this order for every phase."""
    return _Step(method, sizes).build()


class _Step:
    def __init__(self, method: Method, sizes: Sizes) -> None:
        self.method = method
        self.sizes = sizes
        self.graph = GraphBuilder(method.spec.name)
        self.b = IRBuilder(self.graph)
        # how often a parameter group has been updated so far in this step
        self.version: dict[str, int] = {}
        # an embedding that is read twice is one call: a second would enter the running statistics twice
        self.called: dict[tuple[str, str, int, int], Value] = {}

    def build(self) -> Graph:
        shape = (self.sizes.batch, self.sizes.channels, self.sizes.image, self.sizes.image)
        views = [self.b.op("view", shape=shape, index=index) for index in range(self.method.spec.views.count)]
        for phase in self.method.phases:
            self._phase(phase, views)
        self._targets(views)
        return self.graph.build()

    def _phase(self, phase: Phase, views: list[Value]) -> None:
        terms = [self._pair(pair, phase, views) for pair in self.method.pairs]
        weights = self.method.objective.weights
        parts = {"joint": [t.joint for t in terms], "marginal": [t.marginal for t in terms if t.marginal is not None]}
        factor = {"joint": weights.joint, "marginal": weights.marginal}
        losses: list[Value] = []
        names: list[str] = []
        for name, found in parts.items():
            if not found:
                continue
            total = found[0]
            for value in found[1:]:
                total = self.b.add(total, value)
            share = 1.0 if self.method.objective.directions == "sum" else 1.0 / len(found)
            losses.append(self.b.scale(total, share * factor[name] * self.method.objective.weight))
            names.append(name)
        for name, loss in zip(names, losses, strict=True):
            self.b.effect("metric", loss, name=f"{phase.name}/{name}")
        moved = trained_parts(self.method, phase)
        self.b.effect("minimize", *losses, phase=phase.name, terms=tuple(names), parts=moved)
        if self.method.spec.optimize.updates == "sequential":
            for part in moved:
                self.version[part] = self.version.get(part, 0) + 1

    def _pair(self, pair: Pair, phase: Phase, views: list[Value]) -> TermPair[Value]:
        x = self._read(pair.anchor, pair.anchor_view, phase, views)
        y = self._read(pair.target, pair.target_view, phase, views)
        objective = self.method.objective
        queue = None
        if isinstance(objective.marginal, Queue):
            queue = self.b.op("queue", shape=(objective.marginal.size, y.shape[1]))
        return pair_loss(
            self.b, bound=objective.bound, critic=objective.critic, marginal=objective.marginal, x=x, y=y, queue=queue
        )

    def _read(self, name: str, view: int, phase: Phase, views: list[Value]) -> Value:
        branch = self.method.branch(name)
        z = self._embed(branch, views[view])
        if branch.predictor is not None:
            z = self._apply("predict", f"{name}.predictor", z, output_width(branch.predictor))
        z = self.b.op("probe", z, shape=z.shape, path=f"{phase.name}/{name}:{view}")
        return self.b.op("stop_gradient", z, shape=z.shape) if name in phase.stopped else z

    def _embed(self, branch: BranchView, image: Value) -> Value:
        h = self._apply("encode", f"{branch.owner}.encoder", image, self.sizes.features[branch.owner])
        if branch.projector is None:
            return h
        return self._apply("project", f"{branch.owner}.projector", h, output_width(branch.projector))

    def _apply(self, op: str, part: str, x: Value, width: int) -> Value:
        version = self.version.get(part, 0)
        if (op, part, version, x.index) in self.called:
            return self.called[op, part, version, x.index]
        # running statistics follow the first forward pass of a step; a target's are set by its update
        track = version == 0 and self.method.branch(part.split(".")[0]).sharing is Sharing.OWN
        y = self.b.op(op, x, shape=(x.shape[0], width), params=part, version=version, track=track)
        self.called[op, part, version, x.index] = y
        return y

    def _targets(self, views: list[Value]) -> None:
        objective = self.method.objective
        if isinstance(objective.marginal, Queue):
            target = self._embed(self.method.target, views[self.method.pairs[0].target_view])
            keys = self.b.normalize(self.b.op("stop_gradient", target, shape=target.shape))
            self.b.effect("enqueue", keys)
        for branch in self.method.branches:
            if branch.sharing is Sharing.EMA and branch.ema is not None:
                assert branch.source is not None
                for part in owned_parts(branch):
                    self.b.effect(
                        "ema",
                        source=(f"{branch.source}.{part}",),
                        target=(f"{branch.name}.{part}",),
                        buffers=branch.ema.buffers,
                    )
