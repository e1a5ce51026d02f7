"""From a method to its picture: one panel per phase, one lane per branch and per stored state, whatever their number.

Ranks from left to right: views, the parts of a branch, stored state, critics, terms, the loss. Ranks that stay empty are left out.
"""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import pairwise
from math import prod

from ssmi_dsl.components.backbones import BACKBONES
from ssmi_dsl.components.choice import name_of
from ssmi_dsl.components.heads import Head, MlpHead, output_width
from ssmi_dsl.explain.objectives import parts_before, width_of
from ssmi_dsl.graph.picture import Arrow, Box, Flow, Group, Kind, Link, Panel
from ssmi_dsl.spec.method import BranchView, Method, ObjectiveView, OutputName, Phase, Sharing
from ssmi_dsl.spec.parts import term_part, trained_parts
from ssmi_dsl.terms import Shapes, Term, term_name

_VIEWS, _ENCODER, _STORE, _CRITIC, _TERM, _LOSS = 0, 1, 5, 6, 7, 8
_PARTS = {"encoder": "encoder f", "projector": "projector g", "predictor": "predictor h", "prototypes": "prototypes c"}
_DIGITS = str.maketrans("0123456789", "₀₁₂₃₄₅₆₇₈₉")


def panels_of(method: Method) -> tuple[Panel, ...]:
    """The picture of a method, phase by phase."""
    several = len(method.phases) > 1
    return tuple(_panel(method, phase, _phase_title(phase) if several else "") for phase in method.phases)


def _panel(method: Method, phase: Phase, title: str) -> Panel:
    used = [branch for branch in _ordered(method) if _views_of(method, branch.name)]
    stores = {view.index: view.target.name for view in method.objectives if _stores(view)}
    lanes = _lanes(used, tuple(stores.values()))
    moved = set(trained_parts(method, phase))
    boxes: list[Box] = []
    arrows: list[Arrow] = []
    for views, readers in _view_groups(method).items():
        id = "views-" + "-".join(str(view) for view in views)
        title_of_views = f"{'views' if len(views) > 1 else 'view'} {_xs(views)}"
        boxes.append(Box(id, Kind.VIEW, title_of_views, _augment(method, min(views)), _VIEWS, None))
        arrows.extend(Arrow(id, f"{name}.encoder", Flow.DATA, _order(method, name, views)) for name in readers)
    for branch in used:
        parts = list(_branch_boxes(method, branch, lanes[branch.name], moved))
        boxes.extend(parts)
        flow = Flow.STOPPED if branch.name in phase.stopped else Flow.GRADIENT
        arrows.extend(Arrow(left.id, right.id, flow) for left, right in pairwise(parts))
    for view in method.objectives:
        lane = lanes.get(_store_key(view.target.name)) if view.index in stores else None
        more_boxes, more_arrows = _objective(method, view, phase, lane, moved)
        boxes.extend(more_boxes)
        arrows.extend(more_arrows)
    boxes.append(Box("loss", Kind.LOSS, "loss L", "minimised", _LOSS, None))
    groups = tuple(
        Group(
            branch.name,
            _group_title(branch, phase),
            lanes[branch.name],
            tuple(f"{branch.name}.{part}" for part in parts_before(branch, "output")),
        )
        for branch in used
    )
    return Panel(title, _dense(boxes), tuple(arrows), groups, tuple(_links(used)))


def _objective(
    method: Method, view: ObjectiveView, phase: Phase, lane: int | None, moved: set[str]
) -> tuple[list[Box], list[Arrow]]:
    objective, suffix = view.spec, "" if len(method.objectives) == 1 else f"-{view.index + 1}"
    critic, joint, marginal = f"critic{suffix}", f"joint{suffix}", f"marginal{suffix}"
    named = f" of {view.name}" if view.spec.name else ""
    learns = term_part(view) in moved
    boxes = [
        Box(critic, Kind.CRITIC, "critic T(a, b)", _word(objective.critic), _CRITIC, None, learns),
        Box(joint, Kind.TERM, f"joint term J{named}", f"of {term_name(objective.bound)}", _TERM, None),
    ]
    arrows = [
        _read(view.anchor, view.anchor_output, "a", [pair.anchor_view for pair in view.pairs], phase, critic),
        _read(view.target, view.target_output, "b", [pair.target_view for pair in view.pairs], phase, critic),
        Arrow(critic, joint, Flow.GRADIENT),
        Arrow(joint, "loss", Flow.GRADIENT, "-" + _weight(objective.weight * objective.weights.joint, "J")),
    ]
    for name, subtitle in _stores(view):
        id = f"{name}{suffix}"
        boxes.append(Box(id, Kind.STATE, name, subtitle, _STORE, lane))
        arrows.append(Arrow(_end(view.target, view.target_output), id, Flow.STOPPED, "after the step"))
        arrows.append(Arrow(id, critic, Flow.STOPPED))
    if objective.marginal.kind != "none" and not _is_structural(objective.marginal):
        title = "marginal term M" if objective.marginal.kind == "estimated" else "surrogate of M"
        boxes.append(Box(marginal, Kind.TERM, f"{title}{named}", _word(objective.marginal), _TERM, None))
        arrows.append(Arrow(critic, marginal, Flow.GRADIENT))
        weight = _weight(objective.weight * objective.weights.marginal, "M")
        arrows.append(Arrow(marginal, "loss", Flow.GRADIENT, weight))
    return boxes, arrows


def _read(branch: BranchView, output: OutputName, letter: str, views: list[int], phase: Phase, critic: str) -> Arrow:
    stopped = branch.name in phase.stopped
    # of many pairs no single view is meant
    which = f" of {_x(views[0])}" if len(views) <= 2 else ""
    label = f"{letter}{which}" + (", stopped" if stopped else "")
    return Arrow(_end(branch, output), critic, Flow.STOPPED if stopped else Flow.GRADIENT, label)


def _end(branch: BranchView, output: OutputName) -> str:
    """The box that gives an output of a branch."""
    return f"{branch.name}.{parts_before(branch, output)[-1]}"


def _branch_boxes(method: Method, branch: BranchView, lane: int, moved: set[str]) -> Iterator[Box]:
    stands = any(_is_structural(v.spec.marginal) and v.anchor.name == branch.name for v in method.objectives)
    for part in parts_before(branch, "output"):
        owner = branch.name if part == "predictor" else branch.owner
        subtitle = _subtitle(branch, part) + (", stands for M" if part == "predictor" and stands else "")
        rank = _ENCODER + list(_PARTS).index(part)
        yield Box(f"{branch.name}.{part}", Kind.PART, _PARTS[part], subtitle, rank, lane, f"{owner}.{part}" in moved)


def _subtitle(branch: BranchView, part: str) -> str:
    if part == "encoder":
        return name_of(BACKBONES, branch.encoder.backbone)
    if part == "prototypes" and branch.prototypes is not None:
        return f"{branch.prototypes.count} directions"
    head = branch.predictor if part == "predictor" else branch.projector
    assert head is not None
    return _head(head)


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


def _stores(view: ObjectiveView) -> list[tuple[str, str]]:
    """What the terms of an objective carry from step to step, tensors only: the largest of each term, with its shape."""
    found: list[tuple[str, str]] = []
    for term in (view.spec.marginal, view.spec.positive):
        tensors = {name: tensor.shape for name, tensor in term.state(_shapes(view)).items() if tensor.shape}
        if tensors:
            name = max(tensors, key=lambda key: prod(tensors[key]))
            found.append((name, " × ".join(str(size) for size in tensors[name])))
    return found


def _shapes(view: ObjectiveView) -> Shapes:
    return Shapes(batch=2, width=width_of(view.target, view.target_output) or 1)


def _is_structural(marginal: Term) -> bool:
    return term_name(marginal) == "predictor"


def _views_of(method: Method, branch: str) -> list[int]:
    found = [
        index
        for view in method.objectives
        for pair in view.pairs
        for name, index in ((pair.anchor, pair.anchor_view), (pair.target, pair.target_view))
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
    swapped = any(
        len(view.pairs) == 2 and view.anchor.name != view.target.name and len(mine) == 2 for view in method.objectives
    )
    return ", then ".join(_x(view) for view in mine) if swapped else _xs(sorted(mine))


def _augment(method: Method, view: int) -> str:
    augment, _ = method.spec.views.augment_of(view)
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


def _xs(views: Sequence[int]) -> str:
    """`x₁, x₂`, or `x₃ … x₁₀` of three and more in a row."""
    in_a_row = len(views) > 2 and list(views) == list(range(views[0], views[-1] + 1))
    return f"{_x(views[0])} … {_x(views[-1])}" if in_a_row else ", ".join(_x(view) for view in views)


def _x(view: int) -> str:
    return "x" + str(view + 1).translate(_DIGITS)


def _dense(boxes: list[Box]) -> tuple[Box, ...]:
    used = sorted({box.rank for box in boxes})
    return tuple(replace(box, rank=used.index(box.rank)) for box in boxes)
