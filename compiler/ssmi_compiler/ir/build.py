"""From a method to its MI graph: one optimiser step, written as plainly as the method reads. Passes make it fast.

Legend: N batch, F backbone features, D embedding, S image size.
"""

from collections.abc import Mapping

from ssmi_compiler.errors import CompileError
from ssmi_compiler.ir.branch_outputs import BranchOutputs
from ssmi_compiler.ir.emit import IRBuilder, Value
from ssmi_compiler.ir.graph import Graph, GraphBuilder
from ssmi_compiler.ir.sizes import Sizes, embedding_size, output_size, read_size, term_tensors
from ssmi_dsl.spec.method import Method, ObjectiveView, OutputName, Pair, Phase, Sharing
from ssmi_dsl.spec.parts import owned_parts, trained_parts
from ssmi_dsl.terms import Inputs, TermPair, pair_loss, term_name


def build_graph(method: Method, sizes: Sizes) -> Graph:
    """The step of `method`: views, branches, losses, updates, in this order for every phase."""
    return _Step(method, sizes).build()


class _Step:
    def __init__(self, method: Method, sizes: Sizes) -> None:
        self.method = method
        self.sizes = sizes
        self.graph = GraphBuilder(method.spec.name)
        self.b = IRBuilder(self.graph)
        self.outputs = BranchOutputs(method, sizes, self.b)
        self.tensors = [
            term_tensors(
                method,
                view,
                batch=sizes.batch,
                width=read_size(view, sizes.features),
                embedding=embedding_size(view, sizes.features),
                anchor=output_size(view.anchor, view.anchor_output, sizes.features),
            )
            for view in method.objectives
        ]
        # the value that a state tensor has at this point of the step, by (objective, name)
        self.state: dict[tuple[int, str], Value] = {}
        self.labels: Value | None = None
        self.index: Value | None = None

    def build(self) -> Graph:
        views = [self._view(index, size) for index, size in enumerate(self.sizes.views)]
        self.outputs.views = views
        if any(view.spec.marginal.needs_labels for view in self.method.objectives):
            self.labels = self.b.op("labels", shape=(self.sizes.batch,), dtype="i64")
        if any(view.spec.marginal.needs_index for view in self.method.objectives):
            self.index = self.b.op("index", shape=(self.sizes.batch,), dtype="i64")
        if self.method.spec.views.graph is not None:
            self.outputs.adjacency = self.b.op("adjacency", shape=(self.sizes.batch, self.sizes.batch))
        for phase in self.method.phases:
            self._phase(phase, views)
        self._renew(views)
        self._targets()
        return self.graph.build()

    def _view(self, index: int, size: tuple[int, int]) -> Value:
        if self.method.spec.views.modality(index) == "text":
            return self.b.op("text", shape=(self.sizes.batch, self.sizes.text), dtype="i64")
        sample = (self.sizes.node,) if self.sizes.node else (self.sizes.channels, *size)
        return self.b.op("view", shape=(self.sizes.batch, *sample), index=index)

    def _phase(self, phase: Phase, views: list[Value]) -> None:
        losses: dict[str, Value] = {}
        for view in self.method.objectives:
            losses.update(self._objective(view, phase, views))
        for name, loss in losses.items():
            self.b.effect("metric", loss, name=f"{phase.name}/{name}")
        moved = trained_parts(self.method, phase)
        self.b.effect("minimize", *losses.values(), phase=phase.name, terms=tuple(losses), parts=moved)
        if self.method.spec.optimize.updates == "sequential":
            for part in moved:
                self.outputs.version[part] = self.outputs.version.get(part, 0) + 1

    def _objective(self, view: ObjectiveView, phase: Phase, views: list[Value]) -> dict[str, Value]:
        """Weighted losses of one objective: its joint and, if it has one, its marginal part."""
        together = self._reads_views(view) or view.spec.marginal.reads == "pairs"
        pairs = view.pairs[:1] if together else view.pairs
        terms = [self._pair(view, pair, phase, views) for pair in pairs]
        found = {
            "joint": [t.joint for t in terms if t.joint is not None],
            "marginal": [t.marginal for t in terms if t.marginal is not None],
        }
        weights = {"joint": view.spec.weights.joint, "marginal": view.spec.weights.marginal}
        losses: dict[str, Value] = {}
        for name, values in found.items():
            if not values:
                continue
            total = values[0]
            for value in values[1:]:
                total = self.b.add(total, value)
            share = 1.0 if view.spec.directions == "sum" else 1.0 / len(values)
            shown = f"{view.name}.{name}" if view.name else name
            losses[shown] = self.b.scale(total, share * weights[name] * view.spec.weight)
        return losses

    def _pair(self, view: ObjectiveView, pair: Pair, phase: Phase, views: list[Value]) -> TermPair[Value]:
        x, y = self._ends(view, pair, phase, views)
        free = view.spec.critic.two_widths or view.spec.marginal.needs_hidden
        if x.shape[1:] != y.shape[1:] and not free:
            ends = (
                (f"{pair.anchor}.{view.anchor_output}", x.shape[1]),
                (f"{pair.target}.{view.target_output}", y.shape[1]),
            )
            raise CompileError(
                "the critic compares embeddings of one width: "
                + ", ".join(f"`{end}` gives {width} features" for end, width in ends)
            )
        every: tuple[Value, ...] = ()
        if self._reads_views(view):
            every = tuple(
                self._read(pair.anchor, view.anchor_output, index, phase, views) for index in range(len(views))
            )
        pairs: tuple[tuple[Value, Value], ...] = ()
        if view.spec.marginal.reads == "pairs":
            pairs = ((x, y), *(self._ends(view, other, phase, views) for other in view.pairs[1:]))
        spec = view.spec
        embedding, prototypes = self._scored(view, pair, phase.stopped, views)
        others: tuple[Value, ...] = ()
        if view.spec.positive.reads == "others":
            seen = [index for index in range(self.method.spec.views.count) if index != pair.anchor_view]
            others = tuple(self._read(pair.target, view.target_output, index, phase, views) for index in seen)
        projection: Value | None = None
        if spec.marginal.needs_projection:
            projection = self._read(pair.anchor, "projection", pair.anchor_view, phase, views)
        own: Value | None = None
        if spec.positive.needs_own:
            own = self._read(pair.target, view.target_output, pair.anchor_view, phase, views)
        at = Inputs(
            x,
            y,
            every,
            self._memory(view),
            self.labels,
            embedding,
            prototypes,
            targets=others,
            pairs=pairs,
            rows=x.shape[0] // self.sizes.batch,
            maps=self._maps(view, pair, views) if spec.positive.needs_maps else None,
            index=self.index,
            projection=projection,
            adjacency=self.outputs.adjacency,
            target_rows=y.shape[0] // self.sizes.batch,
            places=self._places(view, pair) if spec.positive.needs_places else None,
            local=pair.anchor_view >= self.method.spec.views.count,
            grid=self._grid(view, pair) if spec.positive.needs_grid else None,
            own=own,
            hidden=self.outputs.mask(views[pair.anchor_view], "hidden") if spec.marginal.needs_hidden else None,
        )
        parts = pair_loss(
            self.b, bound=spec.bound, critic=spec.critic, marginal=spec.marginal, positive=spec.positive, at=at
        )
        self._store(view, parts.updates)
        return parts

    def _ends(self, view: ObjectiveView, pair: Pair, phase: Phase, views: list[Value]) -> tuple[Value, Value]:
        x = self._read(pair.anchor, view.anchor_output, pair.anchor_view, phase, views)
        y = self._read(
            pair.target, view.target_output, pair.target_view, phase, views, masked=self._masked(pair, views)
        )
        return x, y

    def _masked(self, pair: Pair, views: list[Value]) -> Value | None:
        """The view whose mask says what a target's hidden places are: the anchor's, which predicts them. Local views have no mask."""
        return views[pair.anchor_view] if pair.anchor_view < self.method.spec.views.count else None

    def _maps(self, view: ObjectiveView, pair: Pair, views: list[Value]) -> tuple[Value, Value]:
        anchor = self.outputs.of(view.anchor, "map", views[pair.anchor_view])
        target = self.outputs.of(view.target, "map", views[pair.target_view])
        return self.b.stop_gradient(anchor), self.b.stop_gradient(target)

    def _grid(self, view: ObjectiveView, pair: Pair) -> tuple[int, int]:
        grid = self.sizes.grids[view.anchor.owner][pair.anchor_view]
        if problem := view.spec.positive.misfit(grid):
            raise CompileError(f"the positive `{term_name(view.spec.positive)}`: {problem}")
        return grid

    def _places(self, view: ObjectiveView, pair: Pair) -> tuple[Value, Value]:
        anchor, target = (
            self.outputs.place(branch, index)
            for branch, index in ((view.anchor, pair.anchor_view), (view.target, pair.target_view))
        )
        return anchor, target

    def _reads_views(self, view: ObjectiveView) -> bool:
        """Whether one emission reads all views of the anchor."""
        marginal = view.spec.marginal
        return marginal.reads == "views" or (marginal.uses_all_views and self.method.spec.views.total > 2)

    def _scored(
        self, view: ObjectiveView, pair: Pair, stopped: frozenset[str], views: list[Value]
    ) -> tuple[Value | None, Value | None]:
        """What the target scored and against which directions, where the objective reads scores; constants where the target is one."""
        declared = view.target.prototypes
        if not view.spec.marginal.needs_prototypes or view.target_output != "output" or declared is None:
            return None, None
        embedding = self.outputs.of(view.target, "prediction", views[pair.target_view])
        part = f"{view.target.prototype_owner}.prototypes"
        shape = (declared.count, embedding.shape[1])
        weight = self.b.op(
            "parameter", shape=shape, params=part, parameter="weight", version=self.outputs.version.get(part, 0)
        )
        if declared.normalize:
            embedding, weight = self.b.normalize(embedding), self.b.normalize(weight)
        if pair.target in stopped:
            return self.b.stop_gradient(embedding), self.b.stop_gradient(weight)
        return embedding, weight

    def _memory(self, view: ObjectiveView) -> dict[str, Value]:
        """Tensors and numbers of an objective's terms as they are now."""
        tensors = self.tensors[view.index]
        memory: dict[str, Value] = {}
        version = self.outputs.version.get(tensors.part, 0)
        for name, tensor in tensors.learned.items():
            memory[name] = self.b.op(
                "parameter", shape=tensor.shape, params=tensors.part, parameter=name, version=version
            )
        for name, tensor in tensors.state.items():
            key = (view.index, name)
            if key not in self.state:
                self.state[key] = self.b.op("state", shape=tensor.shape, key=f"{tensors.part}.{name}")
            memory[name] = self.state[key]
        for name in tensors.ramps:
            memory[name] = self.b.op("number", shape=(), key=f"{tensors.part}.{name}")
        for name, shape in tensors.noise.items():
            memory[name] = self.b.op("noise", shape=shape, key=f"{tensors.part}.{name}")
        return memory

    def _store(self, view: ObjectiveView, updates: Mapping[str, Value]) -> None:
        for name, value in updates.items():
            expected = self.tensors[view.index].state[name].shape
            assert value.shape == expected, f"{name} changes its shape from {expected} to {value.shape}"
            self.state[view.index, name] = value

    def _renew(self, views: list[Value]) -> None:
        """State that changes once in a step, from all targets; then everything that changed is written back."""
        for view in self.method.objectives:
            if self.tensors[view.index].state:
                found = self._targets_of(view, views)
                targets = tuple(self.b.op("stop_gradient", value, shape=value.shape) for value in found)
                first = view.pairs[0]
                embedding, prototypes = self._scored(view, first, frozenset({first.target}), views)
                at = Inputs(
                    targets[0],
                    targets[0],
                    (),
                    self._memory(view),
                    self.labels,
                    embedding,
                    prototypes,
                    rows=targets[0].shape[0] // self.sizes.batch,
                    index=self.index,
                )
                for term in (view.spec.marginal, view.spec.positive):
                    self._store(view, term.renew(self.b, targets, at))
        for (index, name), value in self.state.items():
            if self.graph.ops[value.index].name != "state":
                self.b.effect("store", value, key=f"{self.tensors[index].part}.{name}")

    def _targets_of(self, view: ObjectiveView, views: list[Value]) -> list[Value]:
        """Every target that an objective compares with, once."""
        if not view.pairs:
            shown = f"the objective `{view.name}`" if view.name else "the objective"
            raise CompileError(f"{shown} has no pair of views, and its state no targets to follow")
        read = (
            self.outputs.of(
                self.method.branch(pair.target),
                view.target_output,
                views[pair.target_view],
                masked=self._masked(pair, views),
            )
            for pair in view.pairs
        )
        return list(dict.fromkeys(read))

    def _read(
        self,
        name: str,
        output: OutputName,
        view: int,
        phase: Phase,
        views: list[Value],
        *,
        masked: Value | None = None,
    ) -> Value:
        z = self.outputs.of(self.method.branch(name), output, views[view], masked=masked)
        shown = name if output == "output" else f"{name}.{output}"
        z = self.b.op("probe", z, shape=z.shape, path=f"{phase.name}/{shown}:{view}")
        return self.b.op("stop_gradient", z, shape=z.shape) if name in phase.stopped else z

    def _targets(self) -> None:
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
