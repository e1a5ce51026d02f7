"""Two specs, resolved: which terms, which blocks, which gradients, which numbers differ. Names, titles and citations do not count."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, cast

from ssmi_dsl.components.choice import name_of
from ssmi_dsl.components.optimizers import OPTIMIZERS
from ssmi_dsl.difference.meaning import meaning_of
from ssmi_dsl.explain.movement import followers_of, moves_of
from ssmi_dsl.spec.method import BranchView, Method, ObjectiveView
from ssmi_dsl.terms import Term, term_name

# what a spec says about itself, not about the method
_NOT_MEANING = frozenset({"ssmi", "name", "title", "paper", "lint", "recipes", "branches", "objective", "optimize"})
_OF_RECIPE = ("batch_size", "epochs", "warmup_epochs", "schedule", "precision", "channels_last")

Flat = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Change:
    """One difference. None stands for what is not there; `meaning` is empty where nothing is known beyond the values."""

    section: str
    path: str
    a: Any
    b: Any
    meaning: str = ""


@dataclass(frozen=True, slots=True)
class Difference:
    """All differences of two methods, recipe by recipe; what every recipe shares stands under None."""

    a: str
    b: str
    changes: Mapping[str | None, tuple[Change, ...]]

    @property
    def is_empty(self) -> bool:
        return not any(self.changes.values())


def compare(a: Mapping[str, Method], b: Mapping[str, Method], *, names: tuple[str, str]) -> Difference:
    """Differences of two specs, given as methods by recipe. A recipe that only one of them has is itself a difference."""
    both = [recipe for recipe in a if recipe in b]
    found = {recipe: tuple(_changes(a[recipe], b[recipe])) for recipe in both}
    shared = [change for change in found[both[0]] if all(change in found[recipe] for recipe in both)] if both else []
    changes: dict[str | None, tuple[Change, ...]] = {None: tuple(shared)}
    for recipe in both:
        changes[recipe] = tuple(change for change in found[recipe] if change not in shared)
    for recipe in [*a, *(name for name in b if name not in a)]:
        if recipe not in both:
            has = (recipe if recipe in a else None, recipe if recipe in b else None)
            changes[recipe] = (Change("recipe", "recipes", has[0], has[1], "only one of the two has this recipe"),)
    return Difference(names[0], names[1], changes)


def _changes(a: Method, b: Method) -> Iterator[Change]:
    yield from _flat_changes("paradigm", {"paradigm": a.paradigm}, {"paradigm": b.paradigm}, (a, b))
    count = max(len(a.objectives), len(b.objectives))
    for index in range(count):
        section = "objective" if count == 1 else f"objective {index + 1}"
        if index >= min(len(a.objectives), len(b.objectives)):
            names = [_named(method, index) for method in (a, b)]
            yield Change(section, "objective", names[0], names[1], "only one of the two has this objective")
            continue
        sides = (_objective(a.objectives[index]), _objective(b.objectives[index]))
        yield from _flat_changes(section, *sides, (a.focused(index), b.focused(index)))
    yield from _branches(a, b)
    yield from _flat_changes("gradient flow", _gradients(a), _gradients(b), (a, b))
    # a predictor that one side lacks is told by its branch
    predicts = all(any(branch.predictor is not None for branch in method.branches) for method in (a, b))
    sides = [_optimisation(method, predicts=predicts) for method in (a, b)]
    yield from _flat_changes("optimisation", sides[0], sides[1], (a, b))
    yield from _flat_changes("method", _rest(a), _rest(b), (a, b))


def _named(method: Method, index: int) -> str | None:
    """The words of an objective, or None where there is none."""
    if index >= len(method.objectives):
        return None
    spec = method.objectives[index].spec
    return ", ".join(term_name(term) for term in (spec.bound, spec.critic, spec.marginal))


def _flat_changes(section: str, a: Flat, b: Flat, methods: tuple[Method, Method]) -> Iterator[Change]:
    words = {path for path in a if path in b and a[path] != b[path]}
    for path in [*a, *(path for path in b if path not in a)]:
        left, right = a.get(path), b.get(path)
        # parameters of a word that the other side does not use say nothing: the word itself differs
        under_another = any(path.startswith(f"{word}.") for word in words)
        if left == right or (under_another and (path not in a or path not in b)):
            continue
        yield Change(section, path, left, right, "" if under_another else meaning_of(path, left, right, methods))


def _objective(reads: ObjectiveView) -> Flat:
    objective = reads.spec
    flat: Flat = {}
    for key in ("bound", "critic", "marginal", "positive"):
        term: Term = getattr(objective, key)
        flat |= _term(key, term)
    flat |= {
        "weight": objective.weight,
        "weights.joint": objective.weights.joint,
        "weights.marginal": objective.weights.marginal,
        "directions": objective.directions if len(reads.pairs) > 1 else "one",
        "on.a": reads.anchor_output,
        "on.b": reads.target_output,
        "pairs": [f"({p.anchor_view + 1}, {p.target_view + 1})" for p in reads.pairs],
        "target_nats": objective.target_nats,
    }
    return flat


def _term(key: str, term: Term) -> Flat:
    parameters = {f"{key}.{name}": getattr(term, name) for name in type(term).model_fields}
    return {key: term_name(term), **parameters}


def _branches(a: Method, b: Method) -> Iterator[Change]:
    """Branches are matched by their part in the objective first, so that another name is no difference."""
    matched = _matching(a, b)
    renamed = {one.name: other.name for one, other in matched if one is not None and other is not None}
    for left, right in matched:
        if left is None or right is None:
            name = (left or right or a.anchor).name
            yield Change(
                "branches", name, left and "present", right and "present", "only one of the two has this branch"
            )
            continue
        label = left.name if left.name == right.name else f"{left.name} / {right.name}"
        yield from _flat_changes(f"branch {label}", _branch(left, renamed), _branch(right, {}), (a, b))


def _matching(a: Method, b: Method) -> list[tuple[BranchView | None, BranchView | None]]:
    pairs: list[tuple[BranchView | None, BranchView | None]] = [(a.anchor, b.anchor)]
    if a.target is not a.anchor and b.target is not b.anchor:
        pairs.append((a.target, b.target))
    for left in a.branches:
        if all(one is not left for one, _ in pairs):
            free = [right for right in b.branches if all(other is not right for _, other in pairs)]
            pairs.append((left, next((right for right in free if right.name == left.name), None)))
    pairs += [(None, right) for right in b.branches if all(other is not right for _, other in pairs)]
    return pairs


def _branch(branch: BranchView, renamed: Mapping[str, str]) -> Flat:
    flat: Flat = {"parameters": branch.sharing.value}
    source = branch.source or (branch.owner if branch.owner != branch.name else None)
    flat["parameters.of"] = renamed.get(source, source) if source is not None else None
    flat |= _flatten("encoder", branch.encoder.model_dump(mode="json"))
    flat["prototypes"] = None if branch.prototypes is None else branch.prototypes.count
    for part, head in (("projector", branch.projector), ("predictor", branch.predictor)):
        flat[part] = None if head is None else type(head).name
        if head is not None:
            flat |= {f"{part}.{key}": value for key, value in head.model_dump(mode="json").items()}
    if branch.ema is not None:
        flat |= {f"parameters.{key}": value for key, value in branch.ema.model_dump(mode="json").items()}
    flat["stop_gradient"] = branch.spec.stop_gradient
    return flat


def _gradients(method: Method) -> Flat:
    """Which parts move and which sides are constant, named by role so that only the flow counts."""
    flat: Flat = {}
    roles = {method.target.name: "target"} | {method.anchor.name: "anchor"}

    def role(name: str) -> str:
        branch, dot, part = name.partition(".")
        return roles.get(branch, branch) + dot + part

    for move in moves_of(method):
        flat[f"{move.phase}.moves"] = [role(part) for part in move.moves]
        flat[f"{move.phase}.constant"] = [role(branch) for branch in move.stopped]
    flat["followers"] = [f"{role(f.branch)} ({f.kind})" for f in followers_of(method)]
    return flat


def _optimisation(method: Method, *, predicts: bool) -> Flat:
    recipe, optimize = method.recipe, method.spec.optimize
    flat: Flat = {
        "schedule": optimize.schedule,
        "updates": optimize.updates if len(method.phases) > 1 else None,
        "optimizer": name_of(OPTIMIZERS, recipe.optimizer),
    }
    flat |= {f"optimizer.{key}": value for key, value in recipe.optimizer.model_dump(mode="json").items()}
    flat |= {f"recipe.{key}": getattr(recipe, key) for key in _OF_RECIPE}
    if optimize.terms is not None:
        flat |= {f"terms.{key}": value for key, value in optimize.terms.model_dump(mode="json").items()}
    if predicts:
        flat |= {f"predictor.{key}": value for key, value in optimize.predictor.model_dump(mode="json").items()}
    return flat


def _rest(method: Method) -> Flat:
    """Every key that no other section reads, so that what the language learns later is compared too."""
    data = method.spec.model_dump(mode="json")
    return {
        path: value
        for key, inner in data.items()
        if key not in _NOT_MEANING and key not in ("paradigm", "encoder")
        for path, value in _flatten(key, inner).items()
    }


def _flatten(path: str, value: Any) -> Flat:
    if not isinstance(value, dict):
        return {path: value}
    flat: Flat = {}
    items = cast(dict[str, Any], value)
    if len(items) == 1 and isinstance(next(iter(items.values())), dict):
        # a choice: its word stands at the path itself, its parameters below
        flat[path], items = next(iter(items.items()))
    for key, inner in items.items():
        flat |= _flatten(f"{path}.{key}", inner)
    return flat
