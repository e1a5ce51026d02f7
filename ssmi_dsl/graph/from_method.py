"""From a method to its picture: one panel per phase, one lane per branch and per stored state, whatever their number.

Ranks from left to right: views, the parts of a branch, stored state, critics, terms, the loss. Ranks that stay empty are left out.
"""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from itertools import pairwise

from ssmi_dsl.components.backbones import BACKBONES
from ssmi_dsl.components.choice import name_of
from ssmi_dsl.components.heads import Head, MlpHead, output_width
from ssmi_dsl.explain.objectives import Reads, reads_of
from ssmi_dsl.graph.picture import Arrow, Box, Flow, Group, Kind, Link, Panel
from ssmi_dsl.spec.method import BranchView, Method, Phase, Sharing
from ssmi_dsl.spec.parts import trained_parts
from ssmi_dsl.terms import Term, term_name
from ssmi_dsl.terms.marginals.queue import Queue

_VIEWS, _PARTS, _STATE, _CRITIC, _TERM, _LOSS = 0, 1, 4, 5, 6, 7
_DIGITS = str.maketrans("0123456789", "₀₁₂₃₄₅₆₇₈₉")


def panels_of(method: Method) -> tuple[Panel, ...]:
    """The picture of a method, phase by phase."""
    several = len(method.phases) > 1
    return tuple(_panel(method, phase, _phase_title(phase) if several else "") for phase in method.phases)


def _panel(method: Method, phase: Phase, title: str) -> Panel:
    used = [branch for branch in _ordered(method) if _views_of(method, branch.name)]
    stores = {index: reads.target.name for index, reads in enumerate(reads_of(method)) if _store(reads) is not None}
    lanes = _lanes(used, tuple(stores.values()))
    moved = set(trained_parts(method, phase))
    boxes: list[Box] = []
    arrows: list[Arrow] = []
    for views, readers in _view_groups(method).items():
        id = "views-" + "-".join(str(view) for view in views)
        title_of_views = ("views " if len(views) > 1 else "view ") + ", ".join(_x(view) for view in views)
        boxes.append(Box(id, Kind.VIEW, title_of_views, _augment(method), _VIEWS, None))
        arrows.extend(Arrow(id, f"{name}.encoder", Flow.DATA, _order(method, name, views)) for name in readers)
    for branch in used:
        stands = any(
            _is_structural(reads.objective.marginal) and reads.anchor.name == branch.name for reads in reads_of(method)
        )
        parts = list(_branch_boxes(branch, lanes[branch.name], moved, stands=stands))
        boxes.extend(parts)
        flow = Flow.STOPPED if branch.name in phase.stopped else Flow.GRADIENT
        arrows.extend(Arrow(left.id, right.id, flow) for left, right in pairwise(parts))
    last = {branch.name: _outputs(branch)[-1] for branch in used}
    for index, reads in enumerate(reads_of(method)):
        store_lane = lanes.get(_store_key(reads.target.name)) if index in stores else None
        more_boxes, more_arrows = _objective(method, reads, index, phase, last, store_lane)
        boxes.extend(more_boxes)
        arrows.extend(more_arrows)
    boxes.append(Box("loss", Kind.LOSS, "loss L", "minimised", _LOSS, None))
    groups = tuple(
        Group(branch.name, _group_title(branch, phase), lanes[branch.name], tuple(_outputs(branch))) for branch in used
    )
    return Panel(title, _dense(boxes), tuple(arrows), groups, tuple(_links(used)))


def _objective(
    method: Method, reads: Reads, index: int, phase: Phase, last: Mapping[str, str], store_lane: int | None
) -> tuple[list[Box], list[Arrow]]:
    objective, suffix = reads.objective, "" if len(reads_of(method)) == 1 else f"-{index + 1}"
    critic, joint, marginal = f"critic{suffix}", f"joint{suffix}", f"marginal{suffix}"
    boxes = [
        Box(critic, Kind.CRITIC, "critic T(a, b)", _word(objective.critic), _CRITIC, None),
        Box(joint, Kind.TERM, "joint term J", f"of {term_name(objective.bound)}", _TERM, None),
    ]
    arrows = [
        _read(reads.anchor, "a", reads.pairs[0].anchor_view, phase, last, critic),
        _read(reads.target, "b", reads.pairs[0].target_view, phase, last, critic),
        Arrow(critic, joint, Flow.GRADIENT),
        Arrow(joint, "loss", Flow.GRADIENT, "-" + _weight(objective.weight * objective.weights.joint, "J")),
    ]
    store = _store(reads)
    if store is not None:
        id = f"queue{suffix}"
        boxes.append(Box(id, Kind.STATE, "queue", f"last {store.size} targets", _STATE, store_lane))
        arrows.append(Arrow(last[reads.target.name], id, Flow.STOPPED, "after the step"))
        arrows.append(Arrow(id, critic, Flow.STOPPED, "b̄"))
    if objective.marginal.kind != "none" and not _is_structural(objective.marginal):
        title = "marginal term M" if objective.marginal.kind == "estimated" else "surrogate of M"
        boxes.append(Box(marginal, Kind.TERM, title, _word(objective.marginal), _TERM, None))
        arrows.append(Arrow(critic, marginal, Flow.GRADIENT))
        weight = _weight(objective.weight * objective.weights.marginal, "M")
        arrows.append(Arrow(marginal, "loss", Flow.GRADIENT, weight))
    return boxes, arrows


def _read(branch: BranchView, letter: str, view: int, phase: Phase, last: Mapping[str, str], critic: str) -> Arrow:
    stopped = branch.name in phase.stopped
    label = f"{letter} of {_x(view)}" + (", stopped" if stopped else "")
    return Arrow(last[branch.name], critic, Flow.STOPPED if stopped else Flow.GRADIENT, label)


def _branch_boxes(branch: BranchView, lane: int, moved: set[str], *, stands: bool) -> Iterator[Box]:
    backbone = name_of(BACKBONES, branch.encoder.backbone)
    yield Box(
        f"{branch.name}.encoder", Kind.PART, "encoder f", backbone, _PARTS, lane, f"{branch.owner}.encoder" in moved
    )
    if branch.projector is not None:
        subtitle, moves = _head(branch.projector), f"{branch.owner}.projector" in moved
        yield Box(f"{branch.name}.projector", Kind.PART, "projector g", subtitle, _PARTS + 1, lane, moves)
    if branch.predictor is not None:
        subtitle, moves = _head(branch.predictor), f"{branch.name}.predictor" in moved
        subtitle += ", stands for M" if stands else ""
        yield Box(f"{branch.name}.predictor", Kind.PART, "predictor h", subtitle, _PARTS + 2, lane, moves)


def _outputs(branch: BranchView) -> list[str]:
    heads = (("projector", branch.projector), ("predictor", branch.predictor))
    return [f"{branch.name}.encoder", *(f"{branch.name}.{part}" for part, head in heads if head is not None)]


def _links(used: list[BranchView]) -> Iterator[Link]:
    names = {branch.name for branch in used}
    for branch in used:
        if branch.ema is not None and branch.source in names:
            m, last = branch.ema.momentum, branch.ema.final
            end = f" → {last:g}" if last is not None and last != m else ""
            yield Link(branch.source or "", branch.name, Flow.FOLLOWS, f"EMA, m = {m:g}{end}")
        elif branch.sharing is Sharing.FROZEN and branch.source in names:
            yield Link(branch.source or "", branch.name, Flow.FOLLOWS, "copied once, then frozen")
        elif branch.sharing is Sharing.TIED and branch.owner in names:
            yield Link(branch.owner, branch.name, Flow.SHARED, "the same parameters")


def _phase_title(phase: Phase) -> str:
    held = f"; {', '.join(sorted(phase.stopped))} held constant" if phase.stopped else ""
    return f"{phase.name}: moves {', '.join(phase.moves)}{held}"


def _group_title(branch: BranchView, phase: Phase) -> str:
    return branch.name + (": a constant of the loss" if branch.name in phase.stopped else "")


def _ordered(method: Method) -> list[BranchView]:
    """Branches with those that follow or share beside their source, first follower below, second above, and so on."""
    roots = [branch for branch in method.branches if (branch.source or branch.owner) == branch.name]
    order: list[BranchView] = []
    for root in roots:
        block = [root]
        followers = [b for b in method.branches if b.name != root.name and (b.source or b.owner) == root.name]
        for index, follower in enumerate(followers):
            block.insert(len(block) if index % 2 == 0 else 0, follower)
        order.extend(block)
    return [*order, *(branch for branch in method.branches if branch not in order)]


def _lanes(used: list[BranchView], stores: tuple[str, ...]) -> dict[str, int]:
    lanes: dict[str, int] = {}
    for branch in used:
        lanes[branch.name] = len(lanes)
        if branch.name in stores:
            lanes[_store_key(branch.name)] = len(lanes)
    return lanes


def _store_key(branch: str) -> str:
    return f"{branch}/store"


def _store(reads: Reads) -> Queue | None:
    return reads.objective.marginal if isinstance(reads.objective.marginal, Queue) else None


def _is_structural(marginal: Term) -> bool:
    return term_name(marginal) == "predictor"


def _views_of(method: Method, branch: str) -> list[int]:
    found = [
        view
        for reads in reads_of(method)
        for pair in reads.pairs
        for name, view in ((pair.anchor, pair.anchor_view), (pair.target, pair.target_view))
        if name == branch
    ]
    return list(dict.fromkeys(found))


def _view_groups(method: Method) -> dict[tuple[int, ...], tuple[str, ...]]:
    """Views that the same branches read, drawn as one box."""
    readers: dict[int, list[str]] = {}
    for branch in method.branches:
        for view in _views_of(method, branch.name):
            readers.setdefault(view, []).append(branch.name)
    groups: dict[tuple[str, ...], list[int]] = {}
    for view in sorted(readers):
        groups.setdefault(tuple(readers[view]), []).append(view)
    return {tuple(views): names for names, views in groups.items()}


def _order(method: Method, branch: str, views: tuple[int, ...]) -> str:
    """In which order a branch reads views that others read too: `x₁, then x₂` of one direction and then of the other."""
    mine = [view for view in _views_of(method, branch) if view in views]
    if len(mine) < 2:
        return _x(mine[0])
    swapped = any(len(reads.pairs) > 1 and reads.anchor.name != reads.target.name for reads in reads_of(method))
    return ", then ".join(_x(view) for view in mine) if swapped else ", ".join(_x(view) for view in mine)


def _augment(method: Method) -> str:
    augment = method.spec.views.augment
    name = getattr(type(augment), "name", None)
    return str(name) if isinstance(name, str) else "augmented"


def _head(head: Head) -> str:
    return (
        "mlp " + "-".join(str(width) for width in head.widths)
        if isinstance(head, MlpHead)
        else f"linear {output_width(head)}"
    )


def _word(term: Term) -> str:
    written = [(name, getattr(term, name)) for name in type(term).model_fields if name in term.model_fields_set]
    shown = ", ".join(f"{name} {_value(value)}".rstrip() for name, value in written if value is not False)
    return f"{term_name(term)} ({shown})" if shown else term_name(term)


def _value(value: object) -> str:
    return "" if value is True else f"{value:g}" if isinstance(value, float) else str(value)


def _weight(weight: float, symbol: str) -> str:
    return symbol if weight == 1 else f"{weight:g} {symbol}"


def _x(view: int) -> str:
    return "x" + str(view + 1).translate(_DIGITS)


def _dense(boxes: list[Box]) -> tuple[Box, ...]:
    used = sorted({box.rank for box in boxes})
    return tuple(replace(box, rank=used.index(box.rank)) for box in boxes)
