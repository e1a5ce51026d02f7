"""From a method to its MI graph: one optimiser step, written as plainly as the method reads. Passes make it fast.

Legend: N batch, F backbone features, D embedding, S image size.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from math import prod

from ssmi_compiler.errors import CompileError
from ssmi_compiler.ir.emit import IRBuilder, Value
from ssmi_compiler.ir.graph import Attr, Graph, GraphBuilder
from ssmi_dsl.components.backbones import Gcn, Patches
from ssmi_dsl.components.heads import MaskedConvolutionsHead, TransformerHead, output_width
from ssmi_dsl.spec.masks import Counts, Grid
from ssmi_dsl.spec.method import (
    TOKEN_OUTPUTS,
    BranchView,
    Method,
    ObjectiveView,
    OutputName,
    Pair,
    Phase,
    Sharing,
)
from ssmi_dsl.spec.parts import owned_parts, term_part, terms_of, trained_parts
from ssmi_dsl.terms import Initial, Inputs, Ramp, Shapes, TermPair, pair_loss, term_name


@dataclass(frozen=True, slots=True)
class Sizes:
    """What the graph must know of data and encoders: batch, channels, height and width of every view, features of each owner's backbone.

    `text` is the length of a text in tokens, 0 where the data has none.
    """

    batch: int
    channels: int
    views: tuple[tuple[int, int], ...]
    features: dict[str, int]
    text: int = 0
    grids: dict[str, tuple[tuple[int, int], ...]] = field(default_factory=dict[str, tuple[tuple[int, int], ...]])
    """Rows and columns of tokens of every view, for each owner whose backbone gives tokens."""
    node: int = 0
    """F, features of a node, where the samples are the nodes of a graph."""


@dataclass(frozen=True, slots=True)
class TermTensors:
    """Tensors and numbers of the terms of one objective, by the name under which an emission reads them."""

    part: str
    learned: Mapping[str, Initial]
    state: Mapping[str, Initial]
    ramps: Mapping[str, Ramp]
    noise: Mapping[str, tuple[int, ...]]


def build_graph(method: Method, sizes: Sizes) -> Graph:
    """The step of `method`: views, branches, losses, updates, in this order for every phase."""
    return _Step(method, sizes).build()


def term_tensors(
    method: Method,
    view: ObjectiveView,
    *,
    batch: int,
    width: int,
    embedding: int | None = None,
    anchor: int | None = None,
) -> TermTensors:
    """What the terms of an objective hold, for embeddings [N D] of batch N and width D; `embedding` in front of prototypes, `anchor` the
    width of the anchor, by default D."""
    if view.spec.marginal.needs_index and method.recipe.num_train is None:
        raise CompileError(
            f"`{term_name(view.spec.marginal)}` keeps a row for every training image, and recipe `{method.recipe.name}` does not say "
            "how many there are; choose the recipe of a bundled data set"
        )
    shapes = Shapes(batch, width, method.recipe.num_train, embedding, anchor)
    learned: dict[str, Initial] = {}
    state: dict[str, Initial] = {}
    ramps: dict[str, Ramp] = {}
    noise: dict[str, tuple[int, ...]] = {}
    for term in terms_of(view):
        found = (*term.learned(shapes), *term.state(shapes), *term.schedules(), *term.noise(shapes))
        taken = {*learned, *state, *ramps, *noise}.intersection(found)
        assert not taken, f"two terms of one objective name a tensor alike: {sorted(taken)}"
        learned.update(term.learned(shapes))
        state.update(term.state(shapes))
        ramps.update(term.schedules())
        noise.update(term.noise(shapes))
    return TermTensors(term_part(view), learned, state, ramps, noise)


def read_size(view: ObjectiveView, features: Mapping[str, int]) -> int:
    """D, the width of the embeddings that an objective reads."""
    return output_size(view.target, view.target_output, features)


def embedding_size(view: ObjectiveView, features: Mapping[str, int]) -> int | None:
    """Width of what the target scores against its prototypes, None where the objective reads no scores."""
    scores = view.target_output == "output" and view.target.prototypes is not None
    return output_size(view.target, "prediction", features) if scores else None


def output_size(branch: BranchView, output: OutputName, features: Mapping[str, int]) -> int:
    """Width of what a branch gives at `output`."""
    if output in ("features", "map"):
        return features[branch.owner]
    if output in TOKEN_OUTPUTS:
        prototypes = branch.token_prototypes or branch.prototypes
        return token_width(branch, features) if prototypes is None else prototypes.count
    width = features[branch.owner] if branch.projector is None else output_width(branch.projector)
    if output != "projection" and branch.predictor is not None:
        width = output_width(branch.predictor)
    return branch.prototypes.count if output == "output" and branch.prototypes is not None else width


def mask_grid(method: Method, grids: Mapping[str, tuple[Grid, ...]]) -> tuple[Grid, ...]:
    """Rows and columns of patches of every view, as the branches that see masked views have them."""
    owners = {branch.owner for branch in method.branches if branch.spec.input != "whole"}
    found = {grids[owner] for owner in owners} or set(grids.values())
    assert len(found) == 1, "encoders of masked views cut patches of one size"
    return next(iter(found))


def token_width(branch: BranchView, features: Mapping[str, int]) -> int:
    """Width of a branch's tokens in front of prototypes."""
    head = branch.token_projector or branch.projector
    if branch.predictor is not None and not isinstance(branch.predictor, TransformerHead):
        head = branch.predictor
    return features[branch.owner] if head is None else output_width(head)


class _Step:
    def __init__(self, method: Method, sizes: Sizes) -> None:
        self.method = method
        self.sizes = sizes
        self.graph = GraphBuilder(method.spec.name)
        self.b = IRBuilder(self.graph)
        # how often a parameter group has been updated so far in this step
        self.version: dict[str, int] = {}
        # an embedding that is read twice is one call: a second would enter the running statistics twice
        self.called: dict[tuple[object, ...], Value] = {}
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
        self.adjacency: Value | None = None
        self.views: list[Value] = []
        self.token_owners = {
            branch.owner
            for view in method.objectives
            for branch, output in ((view.anchor, view.anchor_output), (view.target, view.target_output))
            if output in TOKEN_OUTPUTS
        }

    def build(self) -> Graph:
        views = [self._view(index, size) for index, size in enumerate(self.sizes.views)]
        self.views = views
        if any(view.spec.marginal.needs_labels for view in self.method.objectives):
            self.labels = self.b.op("labels", shape=(self.sizes.batch,), dtype="i64")
        if any(view.spec.marginal.needs_index for view in self.method.objectives):
            self.index = self.b.op("index", shape=(self.sizes.batch,), dtype="i64")
        if self.method.spec.views.graph is not None:
            self.adjacency = self.b.op("adjacency", shape=(self.sizes.batch, self.sizes.batch))
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
                self.version[part] = self.version.get(part, 0) + 1

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
            adjacency=self.adjacency,
            target_rows=y.shape[0] // self.sizes.batch,
            places=self._places(view, pair) if spec.positive.needs_places else None,
            local=pair.anchor_view >= self.method.spec.views.count,
            grid=self._grid(view, pair) if spec.positive.needs_grid else None,
            own=own,
            hidden=self._mask(views[pair.anchor_view], "hidden") if spec.marginal.needs_hidden else None,
        )
        parts = pair_loss(
            self.b, bound=spec.bound, critic=spec.critic, marginal=spec.marginal, positive=spec.positive, at=at
        )
        self._store(view, parts.updates)
        return parts

    def _ends(self, view: ObjectiveView, pair: Pair, phase: Phase, views: list[Value]) -> tuple[Value, Value]:
        x = self._read(pair.anchor, view.anchor_output, pair.anchor_view, phase, views)
        return x, self._read(pair.target, view.target_output, pair.target_view, phase, views)

    def _maps(self, view: ObjectiveView, pair: Pair, views: list[Value]) -> tuple[Value, Value]:
        anchor = self._output(view.anchor, "map", views[pair.anchor_view])
        target = self._output(view.target, "map", views[pair.target_view])
        return self.b.stop_gradient(anchor), self.b.stop_gradient(target)

    def _grid(self, view: ObjectiveView, pair: Pair) -> tuple[int, int]:
        grid = self.sizes.grids[view.anchor.owner][pair.anchor_view]
        if problem := view.spec.positive.misfit(grid):
            raise CompileError(f"the positive `{term_name(view.spec.positive)}`: {problem}")
        return grid

    def _places(self, view: ObjectiveView, pair: Pair) -> tuple[Value, Value]:
        anchor, target = (
            self._place(branch, index)
            for branch, index in ((view.anchor, pair.anchor_view), (view.target, pair.target_view))
        )
        return anchor, target

    def _place(self, branch: BranchView, view: int) -> Value:
        """Where the tokens of a view lie in the source image [N*P 2]."""
        grid = self.sizes.grids[branch.owner][view]
        key = ("places", view, *grid)
        if key not in self.called:
            self.called[key] = self.b.op("places", shape=(self.sizes.batch * prod(grid), 2), view=view, grid=grid)
        return self.called[key]

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
        embedding = self._output(view.target, "prediction", views[pair.target_view])
        part = f"{view.target.prototype_owner}.prototypes"
        shape = (declared.count, embedding.shape[1])
        weight = self.b.op("parameter", shape=shape, params=part, parameter="weight", version=self.version.get(part, 0))
        if declared.normalize:
            embedding, weight = self.b.normalize(embedding), self.b.normalize(weight)
        if pair.target in stopped:
            return self.b.stop_gradient(embedding), self.b.stop_gradient(weight)
        return embedding, weight

    def _memory(self, view: ObjectiveView) -> dict[str, Value]:
        """Tensors and numbers of an objective's terms as they are now."""
        tensors = self.tensors[view.index]
        memory: dict[str, Value] = {}
        version = self.version.get(tensors.part, 0)
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
                seen = dict.fromkeys((pair.target, pair.target_view) for pair in view.pairs)
                found = [self._output(self.method.branch(name), view.target_output, views[v]) for name, v in seen]
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

    def _read(self, name: str, output: OutputName, view: int, phase: Phase, views: list[Value]) -> Value:
        z = self._output(self.method.branch(name), output, views[view])
        shown = name if output == "output" else f"{name}.{output}"
        z = self.b.op("probe", z, shape=z.shape, path=f"{phase.name}/{shown}:{view}")
        return self.b.op("stop_gradient", z, shape=z.shape) if name in phase.stopped else z

    def _output(self, branch: BranchView, output: OutputName, image: Value) -> Value:
        if output in TOKEN_OUTPUTS:
            return self._token_rows(branch, output, image)
        z = self._features(branch, image)
        if output == "features":
            return z
        if branch.projector is not None:
            z = self._apply("project", f"{branch.owner}.projector", z, output_width(branch.projector))
        if output != "projection" and branch.predictor is not None:
            z = self._apply("predict", f"{branch.name}.predictor", z, output_width(branch.predictor))
        if output == "output" and branch.prototypes is not None:
            z = self._apply("assign", f"{branch.prototype_owner}.prototypes", z, branch.prototypes.count)
        return z

    def _features(self, branch: BranchView, image: Value) -> Value:
        """[N F]; from the same call as the tokens where some objective reads those of this encoder."""
        if branch.owner in self.token_owners:
            return self._part_of("pooled", self._all_tokens(branch, image))
        return self._encode(branch, image, self.sizes.features[branch.owner])

    def _token_rows(self, branch: BranchView, output: OutputName, image: Value) -> Value:
        """Rows for places of the images: of the feature map, or tokens behind the heads that `branch` has for them."""
        x = self._all_tokens(branch, image)
        if output == "map":
            return self._part_of("tokens", x)
        if isinstance(branch.predictor, TransformerHead):
            return self._predicted(branch, x, image)
        taken = output == "hidden"
        z = self._part_of("take_tokens", x, self._mask(image, "hidden")) if taken else self._part_of("tokens", x)
        own, head = branch.token_projector is not None, branch.token_projector or branch.projector
        if head is not None:
            part = f"{branch.owner}.{'token_projector' if own else 'projector'}"
            of_map = isinstance(head, MaskedConvolutionsHead)
            attrs = {"grid": self.sizes.grids[branch.owner][self.views.index(image)]} if of_map else {}
            z = self._apply("project", part, z, output_width(head), attrs=attrs)
        if branch.predictor is not None:
            z = self._apply("predict", f"{branch.name}.predictor", z, output_width(branch.predictor))
        own, prototypes = branch.token_prototypes is not None, branch.token_prototypes or branch.prototypes
        if prototypes is not None:
            part = f"{branch.prototype_owner}.{'token_prototypes' if own else 'prototypes'}"
            z = self._apply("assign", part, z, prototypes.count)
        return z

    def _all_tokens(self, branch: BranchView, image: Value) -> Value:
        """[N 1+T F]: the features of the whole image, then those of its places, visible ones only if the branch sees no others."""
        rows, columns = self.sizes.grids[branch.owner][self.views.index(image)]
        sees = self._sees(branch, image)
        number = self._counts(image).visible if sees == "visible" else rows * columns
        return self._encode(branch, image, 1 + number, self.sizes.features[branch.owner], tokens=True)

    def _encode(self, branch: BranchView, image: Value, *shape: int, tokens: bool = False) -> Value:
        attrs: dict[str, Attr] = {}
        declared = branch.spec.tokens
        if tokens:
            attrs["tokens"] = True
            if declared is not None and declared.blocks is not None:
                attrs["blocks"] = declared.blocks
            elif declared is not None and declared.norm == "layer":
                attrs["blocks"] = 0
        places: tuple[Value, ...] = ()
        sees = self._sees(branch, image)
        if sees != "whole":
            attrs["sees"] = "hidden" if sees == "masked" else "visible"
            places = (self._mask(image, str(attrs["sees"])),)
        if isinstance(branch.encoder.backbone, Gcn) and self.adjacency is not None:
            attrs["sees"], places = "adjacency", (self.adjacency,)
        if isinstance(branch.encoder.backbone, Patches) and branch.encoder.backbone.crop is not None:
            attrs["sees"] = "windows"
            grid = self.sizes.grids[branch.owner][self.views.index(image)]
            places = (self._drawn(self.views.index(image), "windows", (prod(grid), 2)),)
        return self._apply("encode", f"{branch.owner}.encoder", image, *shape, places=places, attrs=attrs)

    def _predicted(self, branch: BranchView, x: Value, image: Value) -> Value:
        """Tokens of hidden patches [N*G*K F], predicted from the visible ones, or their scores where the branch has prototypes."""
        counts = self._counts(image)
        z = self._apply(
            "predict_tokens",
            f"{branch.name}.predictor",
            x,
            self.sizes.features[branch.owner],
            rows=self.sizes.batch * counts.groups * counts.hidden,
            places=(self._mask(image, "visible"), self._mask(image, "hidden")),
            attrs={"grid": self.sizes.grids[branch.owner][self.views.index(image)]},
        )
        if branch.prototypes is None:
            return z
        return self._apply("assign", f"{branch.prototype_owner}.prototypes", z, branch.prototypes.count)

    def _sees(self, branch: BranchView, image: Value) -> str:
        """What a branch sees of a view; only global views are masked."""
        return branch.spec.input if self.views.index(image) < self.method.spec.views.count else "whole"

    def _counts(self, image: Value) -> Counts:
        mask, index = self.method.spec.views.mask, self.views.index(image)
        assert mask is not None, "the structure of the spec was checked"
        return mask.counts(mask_grid(self.method, self.sizes.grids)[index])

    def _mask(self, image: Value, part: str) -> Value:
        """Places of a view: `visible` [N C], `hidden` [N G K]."""
        counts, view = self._counts(image), self.views.index(image)
        return self._drawn(view, part, (counts.visible,) if part == "visible" else (counts.groups, counts.hidden))

    def _drawn(self, view: int, part: str, shape: tuple[int, ...]) -> Value:
        """Whole numbers [N *shape] that are drawn anew for a view in each step."""
        key = ("mask", view, part)
        if key not in self.called:
            self.called[key] = self.b.op("mask", shape=(self.sizes.batch, *shape), dtype="i64", view=view, part=part)
        return self.called[key]

    def _part_of(self, op: str, *operands: Value) -> Value:
        """What is taken of tokens, once: heads on two equal values would be two calls."""
        key = (op, *(operand.index for operand in operands))
        if key not in self.called:
            self.called[key] = self.b.op(op, *operands)
        return self.called[key]

    def _apply(
        self,
        op: str,
        part: str,
        x: Value,
        *shape: int,
        rows: int | None = None,
        places: tuple[Value, ...] = (),
        attrs: Mapping[str, Attr] | None = None,
    ) -> Value:
        """A network: x and places -> [rows *shape], `rows` by default those of x."""
        version, more = self.version.get(part, 0), dict(attrs or {})
        key = (op, part, version, x.index, *sorted(more.items()))
        if key in self.called:
            return self.called[key]
        # running statistics follow the first forward pass of a step; a target's are set by its update
        track = version == 0 and self.method.branch(part.split(".")[0]).sharing is Sharing.OWN
        size = (x.shape[0] if rows is None else rows, *shape)
        y = self.b.op(op, x, *places, shape=size, dtype="f32", params=part, version=version, track=track, **more)
        self.called[key] = y
        return y

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
