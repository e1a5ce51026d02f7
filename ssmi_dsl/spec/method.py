"""What a spec means: who shares parameters, which block moves in which phase, what is constant. Rules and compiler read this.

Everything here is derived from the spec and one recipe; nothing is a default of its own.
"""

from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import Literal, NamedTuple, get_args

from ssmi_dsl.components.backbones import EncoderSpec, num_features
from ssmi_dsl.components.heads import Head, output_width
from ssmi_dsl.spec.branches import Branch, Ema, Frozen, Prototypes
from ssmi_dsl.spec.method_spec import MethodSpec
from ssmi_dsl.spec.objective import Objective
from ssmi_dsl.spec.recipe import Recipe, recipe_of

# outputs of a branch that an objective may read: backbone features, behind the projector, behind the predictor, all of it;
# rows for each place of an image: the backbone's feature map, tokens behind all heads, those of hidden patches only
OUTPUTS = ("features", "projection", "prediction", "output", "map", "tokens", "hidden")
OutputName = Literal["features", "projection", "prediction", "output", "map", "tokens", "hidden"]
TOKEN_OUTPUTS = frozenset({"map", "tokens", "hidden"})


class Sharing(StrEnum):
    """Where a branch's encoder and projector come from."""

    OWN = "own"
    TIED = "tied"
    EMA = "ema"
    FROZEN = "frozen"


class BranchView(NamedTuple):
    """A branch with its references followed. `owner` holds the parameters that it applies; `source` is what an EMA target follows.

    `embedding_width` is D, the width of what the objective reads before a predictor; None where only the backbone's library knows.
    """

    name: str
    spec: Branch
    sharing: Sharing
    owner: str
    source: str | None
    encoder: EncoderSpec
    projector: Head | None
    prototypes: Prototypes | None
    embedding_width: int | None
    token_projector: Head | None = None
    token_prototypes: Prototypes | None = None

    @property
    def prototype_owner(self) -> str:
        """The branch whose prototypes this one is scored against: its source, where an EMA target shares them instead of following."""
        shared = self.prototypes is not None and self.prototypes.shared and self.source is not None
        return self.source if shared and self.source is not None else self.owner

    @property
    def predictor(self) -> Head | None:
        return self.spec.predictor

    @property
    def ema(self) -> Ema | None:
        return self.spec.update if isinstance(self.spec.update, Ema) else None


class Phase(NamedTuple):
    """One gradient step: the branches whose parameters move, and the branches held constant."""

    name: Literal["joint", "step", "e-step", "m-step"]
    moves: tuple[str, ...]
    stopped: frozenset[str]


class Pair(NamedTuple):
    """Branch outputs that meet in the objective: branch and view index of anchor and target."""

    anchor: str
    anchor_view: int
    target: str
    target_view: int


@dataclass(frozen=True, slots=True)
class ObjectiveView:
    """One objective with its ends followed: which output of which branch meets which, in which pairs of views."""

    index: int
    name: str
    spec: Objective
    anchor: BranchView
    anchor_output: OutputName
    target: BranchView
    target_output: OutputName
    pairs: tuple[Pair, ...]


@dataclass(frozen=True, slots=True)
class Method:
    """A spec under one recipe, understood. `objective`, `anchor`, `target` and `pairs` are those of the objective in `focus`.

    They are set once, not looked up: rules ask for them more often than for anything else.
    """

    spec: MethodSpec
    recipe: Recipe
    branches: tuple[BranchView, ...]
    objectives: tuple[ObjectiveView, ...]
    paradigm: Literal["sdmi", "jmi"]
    phases: tuple[Phase, ...]
    focus: int = 0
    objective: Objective = field(init=False, repr=False, compare=False)
    anchor: BranchView = field(init=False, repr=False, compare=False)
    target: BranchView = field(init=False, repr=False, compare=False)
    pairs: tuple[Pair, ...] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        view = self.objectives[self.focus]
        object.__setattr__(self, "objective", view.spec)
        object.__setattr__(self, "anchor", view.anchor)
        object.__setattr__(self, "target", view.target)
        object.__setattr__(self, "pairs", view.pairs)

    def focused(self, index: int) -> "Method":
        """The same method, seen from another of its objectives."""
        return self if index == self.focus else replace(self, focus=index)

    def branch(self, name: str) -> BranchView:
        return next(branch for branch in self.branches if branch.name == name)

    def is_stopped(self, name: str) -> bool:
        """Whether the branch is constant in every phase."""
        return all(name in phase.stopped for phase in self.phases)

    @property
    def is_tied(self) -> bool:
        """Whether anchor and target apply the same parameters."""
        return self.anchor.owner == self.target.owner

    @property
    def has_true_marginal(self) -> bool:
        """Whether the marginal term of some objective is estimated or carried by a statistic, so that it prevents collapse by itself."""
        return any(
            view.spec.marginal.facts.prevents_collapse
            and type(view.spec.marginal).name != "predictor"
            and view.spec.weights.marginal > 0
            for view in self.objectives
        )


def understand(spec: MethodSpec, recipe: Recipe) -> Method:
    """Follow every reference of a spec whose references are known to be valid (see `reference_findings`)."""
    branches = tuple(_branch_view(spec, name) for name in spec.branches)
    phases = _phases(spec, branches)
    return Method(
        spec=spec,
        recipe=recipe,
        branches=branches,
        objectives=tuple(_objective_view(spec, index, branches) for index in range(len(spec.objective))),
        paradigm=spec.paradigm or _infer_paradigm(branches, phases),
        phases=phases,
    )


def under_recipe(method: Method, name: str) -> Method:
    """The same method under another of the recipes that change nothing of it: only a recipe has numbers of its own."""
    return replace(method, recipe=recipe_of(method.spec, name))


def split_output(text: str) -> tuple[str, str]:
    """`branch.output` -> (branch, output); a bare branch stands for its last output."""
    branch, dot, output = text.partition(".")
    return branch, output if dot else "output"


def _objective_view(spec: MethodSpec, index: int, branches: tuple[BranchView, ...]) -> ObjectiveView:
    objective = spec.objective[index]
    if objective.on is None:
        anchor, target = branches[0], branches[min(1, len(branches) - 1)]
        outputs: tuple[str, str] = ("output", "output")
    else:
        by_name = {branch.name: branch for branch in branches}
        (a, output_a), (b, output_b) = split_output(objective.on.a), split_output(objective.on.b)
        anchor, target, outputs = by_name[a], by_name[b], (output_a, output_b)
    named = objective.name or (str(index) if len(spec.objective) > 1 else "")
    return ObjectiveView(
        index=index,
        name=named,
        spec=objective,
        anchor=anchor,
        anchor_output=_output(outputs[0]),
        target=target,
        target_output=_output(outputs[1]),
        pairs=_pairs(spec, objective, anchor, target, outputs),
    )


def _output(name: str) -> OutputName:
    return next(output for output in get_args(OutputName) if output == name)


def _branch_view(spec: MethodSpec, name: str) -> BranchView:
    branch = spec.branches[name]
    base, base_name = branch, name
    while base.of is not None and base.update is None:
        base_name = base.of
        base = spec.branches[base_name]
    origin = base
    while origin.of is not None:
        origin = spec.branches[origin.of]
    tokens = tuple(each.tokens for each in (branch, base, origin) if each.tokens is not None)
    if isinstance(branch.update, Frozen):
        sharing = Sharing.FROZEN
    elif branch.update is not None:
        sharing = Sharing.EMA
    else:
        sharing = Sharing.OWN if branch.of is None else Sharing.TIED
    encoder = branch.encoder or base.encoder or origin.encoder or spec.encoder
    projector = branch.projector or base.projector or origin.projector
    return BranchView(
        name=name,
        spec=branch,
        sharing=sharing,
        owner=base_name,
        source=_owner_of(spec, branch.of) if branch.of is not None and branch.update is not None else None,
        encoder=encoder,
        projector=projector,
        prototypes=branch.prototypes or base.prototypes or origin.prototypes,
        embedding_width=num_features(encoder) if projector is None else output_width(projector),
        token_projector=next((t.projector for t in tokens if t.projector is not None), None),
        token_prototypes=next((t.prototypes for t in tokens if t.prototypes is not None), None),
    )


def _owner_of(spec: MethodSpec, name: str) -> str:
    branch = spec.branches[name]
    while branch.of is not None and branch.update is None:
        name = branch.of
        branch = spec.branches[name]
    return name


def _phases(spec: MethodSpec, branches: tuple[BranchView, ...]) -> tuple[Phase, ...]:
    always = {branch.name for branch in branches if branch.spec.stop_gradient is True}
    blocks = spec.optimize.blocks
    if spec.optimize.schedule == "alternating" and blocks is not None and len(blocks) == 2:
        e_only = {branch.name for branch in branches if branch.spec.stop_gradient == "on-e-step"}
        m_only = {branch.name for branch in branches if branch.spec.stop_gradient == "on-m-step"}
        return (
            Phase("e-step", moves=(blocks[0],), stopped=frozenset(always | e_only)),
            Phase("m-step", moves=(blocks[1],), stopped=frozenset(always | m_only)),
        )
    moving = blocks or tuple(b.name for b in branches if b.sharing in (Sharing.OWN, Sharing.TIED) or b.spec.predictor)
    name = "joint" if spec.optimize.schedule == "joint" else "step"
    return (Phase(name, moves=moving, stopped=frozenset(always)),)


def _infer_paradigm(branches: tuple[BranchView, ...], phases: tuple[Phase, ...]) -> Literal["sdmi", "jmi"]:
    one_sided = any(b.sharing in (Sharing.EMA, Sharing.FROZEN) or b.spec.stop_gradient is not False for b in branches)
    has_predictor = any(b.spec.predictor is not None for b in branches)
    return "sdmi" if one_sided or has_predictor or len(phases) > 1 else "jmi"


def _pairs(
    spec: MethodSpec, objective: Objective, anchor: BranchView, target: BranchView, outputs: tuple[str, str]
) -> tuple[Pair, ...]:
    """Every view as an anchor against every other global view; one order of two views where the loss does not change by their exchange."""
    if spec.views.modalities is not None:
        order = list(spec.branches)
        return (Pair(anchor.name, order.index(anchor.name), target.name, order.index(target.name)),)
    if objective.views == "same":
        return tuple(Pair(anchor.name, view, target.name, view) for view in range(spec.views.count))
    if not spec.optimize.swap:
        local = range(spec.views.count, spec.views.total)
        return tuple(Pair(anchor.name, view, target.name, min(1, spec.views.total - 1)) for view in (0, *local))
    marginal, bound = objective.marginal, objective.bound
    symmetric = marginal.facts.exchange_symmetric and objective.critic.facts.exchange_symmetric
    symmetric = symmetric and (marginal.kind != "estimated" or bound.facts.exchange_symmetric)
    same_end = anchor.name == target.name and outputs[0] == outputs[1]
    one_order = marginal.uses_all_views or (same_end and symmetric and type(objective.positive).name == "paired")
    return tuple(
        Pair(anchor.name, a, target.name, b)
        for a in range(spec.views.total)
        for b in _target_views(spec, objective, a)
        if not (one_order and b < a < spec.views.count)
    )


def _target_views(spec: MethodSpec, objective: Objective, anchor: int) -> list[int]:
    """The global views that an anchor meets one by one; a positive that reads all of them is emitted once."""
    others = [view for view in range(spec.views.count) if view != anchor]
    once = objective.positive.reads == "others" or objective.marginal.ignores_target
    return others[:1] if once else others
