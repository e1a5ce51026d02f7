"""What a spec means: who shares parameters, which block moves in which phase, what is constant. Rules and compiler read this.

Everything here is derived from the spec and one recipe; nothing is a default of its own.
"""

from dataclasses import dataclass
from enum import StrEnum
from typing import Literal

from ssmi_dsl.components.backbones import EncoderSpec, num_features
from ssmi_dsl.components.heads import Head, output_width
from ssmi_dsl.spec.branches import Branch, Ema, Frozen
from ssmi_dsl.spec.method_spec import MethodSpec
from ssmi_dsl.spec.objective import Objective
from ssmi_dsl.spec.recipe import Recipe


class Sharing(StrEnum):
    """Where a branch's encoder and projector come from."""

    OWN = "own"
    TIED = "tied"
    EMA = "ema"
    FROZEN = "frozen"


@dataclass(frozen=True, slots=True)
class BranchView:
    """A branch with its references followed. `owner` holds the parameters that it applies; `source` is what an EMA target follows."""

    name: str
    spec: Branch
    sharing: Sharing
    owner: str
    source: str | None
    encoder: EncoderSpec
    projector: Head | None

    @property
    def predictor(self) -> Head | None:
        return self.spec.predictor

    @property
    def embedding_width(self) -> int | None:
        """D, the width of what the objective reads before a predictor; None where only the backbone's library knows."""
        return num_features(self.encoder) if self.projector is None else output_width(self.projector)

    @property
    def ema(self) -> Ema | None:
        return self.spec.update if isinstance(self.spec.update, Ema) else None


@dataclass(frozen=True, slots=True)
class Phase:
    """One gradient step: the branches whose parameters move, and the branches held constant."""

    name: Literal["joint", "step", "e-step", "m-step"]
    moves: tuple[str, ...]
    stopped: frozenset[str]


@dataclass(frozen=True, slots=True)
class Pair:
    """Branch outputs that meet in the objective: branch and view index of anchor and target."""

    anchor: str
    anchor_view: int
    target: str
    target_view: int


@dataclass(frozen=True, slots=True)
class Method:
    """A spec under one recipe, understood."""

    spec: MethodSpec
    recipe: Recipe
    branches: tuple[BranchView, ...]
    anchor: BranchView
    target: BranchView
    paradigm: Literal["sdmi", "jmi"]
    phases: tuple[Phase, ...]
    pairs: tuple[Pair, ...]

    @property
    def objective(self) -> Objective:
        return self.spec.objective

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
        """Whether the marginal term is estimated or carried by a statistic, so that it prevents collapse without a stop-gradient."""
        marginal = self.objective.marginal
        return (
            marginal.facts.prevents_collapse
            and type(marginal).name != "predictor"
            and self.objective.weights.marginal > 0
        )


def understand(spec: MethodSpec, recipe: Recipe) -> Method:
    """Follow every reference of a spec whose references are known to be valid (see `reference_findings`)."""
    branches = tuple(_branch_view(spec, name) for name in spec.branches)
    anchor, target = _ends(spec, branches)
    phases = _phases(spec, branches)
    return Method(
        spec=spec,
        recipe=recipe,
        branches=branches,
        anchor=anchor,
        target=target,
        paradigm=spec.paradigm or _infer_paradigm(branches, phases),
        phases=phases,
        pairs=_pairs(spec, anchor, target),
    )


def _branch_view(spec: MethodSpec, name: str) -> BranchView:
    branch = spec.branches[name]
    base, base_name = branch, name
    while base.of is not None and base.update is None:
        base_name = base.of
        base = spec.branches[base_name]
    origin = base
    while origin.of is not None:
        origin = spec.branches[origin.of]
    if isinstance(branch.update, Frozen):
        sharing = Sharing.FROZEN
    elif branch.update is not None:
        sharing = Sharing.EMA
    else:
        sharing = Sharing.OWN if branch.of is None else Sharing.TIED
    return BranchView(
        name=name,
        spec=branch,
        sharing=sharing,
        owner=base_name,
        source=_owner_of(spec, branch.of) if branch.of is not None and branch.update is not None else None,
        encoder=branch.encoder or base.encoder or origin.encoder or spec.encoder,
        projector=branch.projector or base.projector or origin.projector,
    )


def _owner_of(spec: MethodSpec, name: str) -> str:
    branch = spec.branches[name]
    while branch.of is not None and branch.update is None:
        name = branch.of
        branch = spec.branches[name]
    return name


def _ends(spec: MethodSpec, branches: tuple[BranchView, ...]) -> tuple[BranchView, BranchView]:
    if spec.objective.on is None:
        return branches[0], branches[min(1, len(branches) - 1)]
    by_name = {branch.name: branch for branch in branches}
    return by_name[spec.objective.on.a], by_name[spec.objective.on.b]


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


def _pairs(spec: MethodSpec, anchor: BranchView, target: BranchView) -> tuple[Pair, ...]:
    pairs = [Pair(anchor.name, 0, target.name, 1)]
    marginal, bound = spec.objective.marginal, spec.objective.bound
    if not spec.optimize.swap or marginal.uses_all_views:
        return tuple(pairs)
    estimated = marginal.kind == "estimated"
    symmetric = marginal.facts.exchange_symmetric and (not estimated or bound.facts.exchange_symmetric)
    if anchor.name != target.name or not symmetric:
        pairs.append(Pair(anchor.name, 1, target.name, 0))
    return tuple(pairs)
