"""From a method to its picture: one panel per phase, one lane per branch and per stored state, whatever their number.

Ranks from left to right: views, the parts of a branch, stored state, critics, terms, the loss. Ranks that stay empty are left out.
"""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import pairwise
from math import prod

from ssmi_dsl.components.augment import PresetOptions, resolve_augment
from ssmi_dsl.components.backbones import BACKBONES
from ssmi_dsl.components.choice import name_of
from ssmi_dsl.components.heads import Head, MaskedConvolutionsHead, MlpHead, SliceHead, TransformerHead, output_width
from ssmi_dsl.explain.objectives import head_of, parts_before, prototypes_of, width_of
from ssmi_dsl.explain.reads import Reads, reads_of
from ssmi_dsl.graph.picture import Arrow, Box, Flow, Group, Kind, Link, Panel
from ssmi_dsl.spec.masks import PatchMask
from ssmi_dsl.spec.method import BranchView, Method, ObjectiveView, OutputName, Phase, Sharing
from ssmi_dsl.spec.objective import Objective
from ssmi_dsl.spec.parts import owned_parts, term_part, trained_parts
from ssmi_dsl.terms import Shapes, Term, term_name

_VIEWS, _ENCODER, _STORE, _CRITIC, _TERM, _LOSS = 0, 1, 5, 6, 7, 8
# title and rank of each part
_PARTS = {
    "encoder": ("encoder f", _ENCODER),
    "projector": ("projector g", _ENCODER + 1),
    "token_projector": ("token projector g'", _ENCODER + 1),
    "predictor": ("predictor h", _ENCODER + 2),
    "prototypes": ("prototypes c", _ENCODER + 3),
    "token_prototypes": ("token prototypes c'", _ENCODER + 3),
}
_OF_TOKENS = ("token_projector", "token_prototypes")
# rows of a tensor that has one for every training image, where the recipe does not say how many there are
_UNKNOWN = 2**31 - 1
_DIGITS = str.maketrans("0123456789", "₀₁₂₃₄₅₆₇₈₉")


def panels_of(method: Method) -> tuple[Panel, ...]:
    """The picture of a method, phase by phase."""
    several = len(method.phases) > 1
    return tuple(_panel(method, phase, _phase_title(phase) if several else "") for phase in method.phases)


def _panel(method: Method, phase: Phase, title: str) -> Panel:
    used = [branch for branch in _ordered(method) if _views_of(method, branch.name)]
    lanes = _lanes(
        used, tuple(_store_key(view, slot) for view in method.objectives for slot in range(len(_stores(method, view))))
    )
    moved = set(trained_parts(method, phase))
    boxes: list[Box] = []
    arrows: list[Arrow] = []
    for views, readers in _view_groups(method).items():
        id = "views-" + "-".join(str(view) for view in views)
        title_of_views = f"{'views' if len(views) > 1 else 'view'} {_xs(views)}"
        boxes.append(Box(id, Kind.VIEW, title_of_views, _shown(method, min(views)), _VIEWS, None))
        arrows.extend(Arrow(id, f"{name}.encoder", Flow.DATA, _order(method, name, views)) for name in readers)
    for branch in used:
        boxes.extend(_branch_boxes(method, branch, lanes, moved))
        flow = Flow.STOPPED if branch.name in phase.stopped else Flow.GRADIENT
        arrows.extend(Arrow(f"{branch.name}.{left}", f"{branch.name}.{right}", flow) for left, right in _steps(branch))
    for view in method.objectives:
        more_boxes, more_arrows = _objective(method, view, phase, lanes, moved)
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
    ) + tuple(
        Group(
            _tokens_key(branch.name),
            f"tokens of {branch.name}",
            lanes[_tokens_key(branch.name)],
            tuple(f"{branch.name}.{part}" for part in _parts_of(branch) if part in _OF_TOKENS),
        )
        for branch in used
        if _has_token_lane(branch)
    )
    return Panel(title, _dense(boxes), tuple(arrows), groups, tuple(_links(used)))


def _objective(
    method: Method, view: ObjectiveView, phase: Phase, lanes: dict[str, int], moved: set[str]
) -> tuple[list[Box], list[Arrow]]:
    objective, suffix = view.spec, "" if len(method.objectives) == 1 else f"-{view.index + 1}"
    critic, joint, marginal = f"critic{suffix}", f"joint{suffix}", f"marginal{suffix}"
    named = f" of {view.name}" if view.spec.name else ""
    learns = term_part(view) in moved
    reads = reads_of(view)
    if not reads.joint:
        # a regulariser reads its ends itself
        return _regulariser(view, phase, f"marginal{suffix}", named)
    critic_word = _word(objective.critic) if reads.critic else "not read: of the embeddings themselves"
    boxes = [
        Box(critic, Kind.CRITIC, "critic T(a, b)" if reads.critic else "a, b", critic_word, _CRITIC, None, learns),
        Box(joint, Kind.TERM, f"joint term J{named}", f"of {_joint_of(objective, reads)}", _TERM, None),
    ]
    arrows = [
        _read(view.anchor, view.anchor_output, "a", [pair.anchor_view for pair in view.pairs], phase, critic),
        _read(view.target, view.target_output, "b", [pair.target_view for pair in view.pairs], phase, critic),
        Arrow(critic, joint, Flow.GRADIENT),
        Arrow(joint, "loss", Flow.GRADIENT, "-" + _weight(objective.weight * objective.weights.joint, "J")),
    ]
    for slot, (name, subtitle) in enumerate(_stores(method, view)):
        id = f"{name}{suffix}"
        boxes.append(Box(id, Kind.STATE, name, subtitle, _STORE, lanes[_store_key(view, slot)]))
        arrows.append(Arrow(_end(view.target, view.target_output), id, Flow.STOPPED, "after the step"))
        arrows.append(Arrow(id, critic, Flow.STOPPED))
    if objective.marginal.kind != "none" and not _is_structural(objective.marginal):
        title = "marginal term M" if objective.marginal.kind == "estimated" else "surrogate of M"
        boxes.append(Box(marginal, Kind.TERM, f"{title}{named}", _word(objective.marginal), _TERM, None))
        arrows.append(Arrow(critic, marginal, Flow.GRADIENT))
        weight = _weight(objective.weight * objective.weights.marginal, "M")
        arrows.append(Arrow(marginal, "loss", Flow.GRADIENT, weight))
    return boxes, arrows


def _regulariser(view: ObjectiveView, phase: Phase, id: str, named: str) -> tuple[list[Box], list[Arrow]]:
    """A surrogate without a joint term, which reads the anchor alone."""
    objective = view.spec
    weight = _weight(objective.weight * objective.weights.marginal, "M")
    anchor = _read(view.anchor, view.anchor_output, "a", [pair.anchor_view for pair in view.pairs], phase, id)
    box = Box(id, Kind.TERM, f"surrogate of M{named}", _word(objective.marginal), _TERM, None)
    return [box], [anchor, Arrow(id, "loss", Flow.GRADIENT, weight)]


def _joint_of(objective: Objective, reads: Reads) -> str:
    """What the joint term belongs to: the bound where it is read, or derived from, else the surrogate."""
    return term_name(objective.bound if reads.bound or reads.derived_from_bound else objective.marginal)


def _read(branch: BranchView, output: OutputName, letter: str, views: list[int], phase: Phase, critic: str) -> Arrow:
    stopped = branch.name in phase.stopped
    # of many pairs no single view is meant
    which = f" of {_x(views[0])}" if len(views) <= 2 else ""
    rows = {"hidden": ", hidden patches", "tokens": ", every place"}.get(output, "")
    label = f"{letter}{rows}{which}" + (", stopped" if stopped else "")
    has_parameters = bool(owned_parts(branch)) or branch.predictor is not None
    flow = Flow.STOPPED if stopped else Flow.GRADIENT if has_parameters else Flow.DATA
    return Arrow(_end(branch, output), critic, flow, label)


def _end(branch: BranchView, output: OutputName) -> str:
    """The box that gives an output of a branch."""
    return f"{branch.name}.{parts_before(branch, output)[-1]}"


def _branch_boxes(method: Method, branch: BranchView, lanes: dict[str, int], moved: set[str]) -> Iterator[Box]:
    stands = any(_is_structural(v.spec.marginal) and v.anchor.name == branch.name for v in method.objectives)
    for part in _parts_of(branch):
        owner = {
            "predictor": branch.name,
            "prototypes": branch.prototype_owner,
            "token_prototypes": branch.prototype_owner,
        }
        subtitle = _subtitle(branch, part) + (", stands for M" if part == "predictor" and stands else "")
        title, rank = _PARTS[part]
        lane = lanes[_tokens_key(branch.name) if part in _OF_TOKENS else branch.name]
        moves = f"{owner.get(part, branch.owner)}.{part}" in moved
        yield Box(f"{branch.name}.{part}", Kind.PART, title, subtitle, rank, lane, moves)


def _parts_of(branch: BranchView) -> tuple[str, ...]:
    """The parts of a branch, those for whole images first."""
    own = tuple(part for part in parts_before(branch, "tokens") if part in _OF_TOKENS)
    return (*parts_before(branch, "output"), *own)


def _steps(branch: BranchView) -> tuple[tuple[str, str], ...]:
    """Neighbouring parts, on the way of whole images and on that of tokens where it is another."""
    whole = tuple(pairwise(parts_before(branch, "output")))
    tokens = parts_before(branch, "tokens") if _has_token_lane(branch) else ()
    return tuple(dict.fromkeys([*whole, *pairwise(tokens)]))


def _has_token_lane(branch: BranchView) -> bool:
    return any(part in _OF_TOKENS for part in parts_before(branch, "tokens"))


def _subtitle(branch: BranchView, part: str) -> str:
    if part == "encoder":
        seen = {"visible": ", visible patches only", "masked": ", hidden patches masked"}.get(branch.spec.input, "")
        return name_of(BACKBONES, branch.encoder.backbone) + seen
    prototypes = prototypes_of(branch, part)
    if prototypes is not None:
        return f"{prototypes.count} directions"
    head = head_of(branch, part)
    assert head is not None, f"a branch has the part {part}"
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
        if _has_token_lane(branch):
            lanes[_tokens_key(branch.name)] = len(lanes)
        for key in stores:
            if key.startswith(f"{branch.name}/"):
                lanes[key] = len(lanes)
    return lanes


def _tokens_key(branch: str) -> str:
    return f"{branch}/tokens"


def _store_key(view: ObjectiveView, slot: int) -> str:
    return f"{view.target.name}/store {view.index} {slot}"


def _stores(method: Method, view: ObjectiveView) -> list[tuple[str, str]]:
    """What the terms of an objective carry from step to step, tensors only: the largest of each term, with its shape."""
    found: list[tuple[str, str]] = []
    for term in (view.spec.marginal, view.spec.positive):
        tensors = {name: tensor.shape for name, tensor in term.state(_shapes(method, view)).items() if tensor.shape}
        if tensors:
            name = max(tensors, key=lambda key: prod(tensors[key]))
            found.append((name, " × ".join(_size(size) for size in tensors[name])))
    return found


def _size(size: int) -> str:
    return "images" if size == _UNKNOWN else str(size)


def _shapes(method: Method, view: ObjectiveView) -> Shapes:
    width = width_of(view.target, view.target_output) or 1
    embedding = view.target.embedding_width if view.target.prototypes is not None else None
    return Shapes(method.recipe.batch_size, width, method.recipe.num_train or _UNKNOWN, embedding)


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
    # what an objective reads at once beside its pairs
    for view in method.objectives:
        if view.spec.marginal.reads == "views" and view.anchor.name == branch:
            found += range(method.spec.views.total)
    return list(dict.fromkeys(found))


def _view_groups(method: Method) -> dict[tuple[int, ...], tuple[str, ...]]:
    """Views that the same branches read, global and local ones apart, drawn as one box."""
    readers: dict[int, list[str]] = {}
    for branch in method.branches:
        for view in _views_of(method, branch.name):
            readers.setdefault(view, []).append(branch.name)
    groups: dict[tuple[bool, tuple[str, ...]], list[int]] = {}
    for view in sorted(readers):
        groups.setdefault((view >= method.spec.views.count, tuple(readers[view])), []).append(view)
    return {tuple(views): names for (_, names), views in groups.items()}


def _order(method: Method, branch: str, views: tuple[int, ...]) -> str:
    """In which order a branch reads views that others read too: `x₁, then x₂` of one direction and then of the other."""
    mine = [view for view in _views_of(method, branch) if view in views]
    swapped = any(
        len(view.pairs) == 2 and view.anchor.name != view.target.name and len(mine) == 2 for view in method.objectives
    )
    return ", then ".join(_x(view) for view in mine) if swapped else _xs(sorted(mine))


def _shown(method: Method, view: int) -> str:
    """What a view is: text, a graph, or images by their augmentation, and what is hidden of them."""
    views = method.spec.views
    if views.graph is not None:
        return "graph" if view < views.count else "graph, nodes shuffled"
    if views.modality(view) == "text":
        return "text"
    augment, number = views.augment_of(view)
    is_preset = isinstance(augment, PresetOptions)
    words = [augment.name] if is_preset else [name for name, _ in resolve_augment(augment, number)]
    shown = ", ".join(words[:2]) + (", …" if len(words) > 2 else "")
    return f"{shown}; mask {_word(views.mask)}" if views.mask is not None and view < views.count else shown


def _head(head: Head) -> str:
    if isinstance(head, MlpHead):
        return "mlp " + "-".join(str(width) for width in head.widths)
    if isinstance(head, MaskedConvolutionsHead):
        return f"masked convolutions, width {head.width}, depth {head.depth}"
    if isinstance(head, TransformerHead):
        return f"transformer, width {head.width}, depth {head.depth}"
    return f"first {head.width} features" if isinstance(head, SliceHead) else f"linear {output_width(head)}"


def _word(term: Term | PatchMask) -> str:
    written = [(name, getattr(term, name)) for name in type(term).model_fields if name in term.model_fields_set]
    shown = ", ".join(f"{name} {_value(value)}".rstrip() for name, value in written if value is not False)
    word = type(term).name
    return f"{word} ({shown})" if shown else word


def _value(value: object) -> str:
    return "" if value is True else f"{value:g}" if isinstance(value, float) else str(value)


def _weight(weight: float, symbol: str) -> str:
    return symbol if weight == 1 else f"{weight:g} {symbol}"


def _xs(views: Sequence[int]) -> str:
    """`x₁, x₂`, or `x₁, x₃ … x₁₀` with three and more in a row."""
    runs: list[list[int]] = []
    for view in views:
        if runs and view == runs[-1][-1] + 1:
            runs[-1].append(view)
        else:
            runs.append([view])
    shown = [f"{_x(run[0])} … {_x(run[-1])}" if len(run) > 2 else ", ".join(_x(view) for view in run) for run in runs]
    return ", ".join(shown)


def _x(view: int) -> str:
    return "x" + str(view + 1).translate(_DIGITS)


def _dense(boxes: list[Box]) -> tuple[Box, ...]:
    used = sorted({box.rank for box in boxes})
    return tuple(replace(box, rank=used.index(box.rank)) for box in boxes)
