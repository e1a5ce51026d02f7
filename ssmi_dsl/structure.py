"""References between the parts of a spec, and the parts of the grammar that have no compiler yet."""

from collections.abc import Callable, Iterator
from typing import Any, cast

from ssmi_dsl.components.base import Params
from ssmi_dsl.diagnostics import Applicability, Diagnostic, Loc, Patch, Severity
from ssmi_dsl.fixes.fix import Fix, set_value
from ssmi_dsl.guess import is_typo, nearest
from ssmi_dsl.resolve import Resolved
from ssmi_dsl.spec.branches import Frozen
from ssmi_dsl.spec.evaluate import Evaluate
from ssmi_dsl.spec.method_spec import MethodSpec
from ssmi_dsl.terms.critics.cosine import Cosine

Finding = tuple[str, str, Loc, str]


def structure_findings(spec: MethodSpec, source: Resolved) -> tuple[Diagnostic, ...]:
    """SY012 for names that lead nowhere, SY011 for what cannot be compiled yet. A spec without findings can be understood."""
    found = [*_references(spec), *_not_yet(spec)]
    return tuple(
        Diagnostic(
            code,
            name,
            Severity.ERROR,
            message,
            source.path,
            source.span(loc),
            loc=loc,
            fix=_patch(spec, source, code, loc),
        )
        for code, name, loc, message in found
    )


def _patch(spec: MethodSpec, source: Resolved, code: str, loc: Loc) -> Patch | None:
    """The branch that a name which leads nowhere must have meant."""
    if code != "SY012":
        return None
    name: Any = source.data
    for step in loc:
        name = name[step]
    guess = nearest(name, spec.branches) if isinstance(name, str) else None
    if guess is None or guess == name:
        return None
    from ssmi_dsl.fixes.patching import patch_for  # only findings with a fix pay for it

    sure = Applicability.SAFE if is_typo(name, guess) else Applicability.UNSAFE
    return patch_for(Fix(f"write `{guess}`", sure, (set_value(loc, guess),)), source)


def _references(spec: MethodSpec) -> Iterator[Finding]:
    names = list(spec.branches)

    def unknown(loc: Loc, name: str) -> Finding:
        guess = nearest(name, names)
        hint = f"; did you mean `{guess}`?" if guess else f"; branches: {', '.join(names)}"
        return "SY012", "unresolved-reference", loc, f"there is no branch `{name}`{hint}"

    for name, branch in spec.branches.items():
        if branch.of is not None and branch.of not in names:
            yield unknown(("branches", name, "of"), branch.of)
        elif _is_circular(spec, name):
            yield (
                "SY012",
                "unresolved-reference",
                ("branches", name, "of"),
                f"branch `{name}` takes its parameters from itself",
            )
        if branch.update is not None and branch.of is None:
            yield (
                "SY012",
                "unresolved-reference",
                ("branches", name, "update"),
                f"`update` needs `of`: the branch that `{name}` follows",
            )
    for index, block in enumerate(spec.optimize.blocks or ()):
        if block not in names:
            yield unknown(("optimize", "blocks", index), block)
    if spec.objective.on is not None:
        for end, name in (("a", spec.objective.on.a), ("b", spec.objective.on.b)):
            if "." not in name and name not in names:
                yield unknown(("objective", "on", end), name)


def _is_circular(spec: MethodSpec, name: str) -> bool:
    seen = {name}
    while (following := spec.branches[name].of) is not None and following in spec.branches:
        if following in seen:
            return True
        seen.add(following)
        name = following
    return False


def _not_yet(spec: MethodSpec) -> Iterator[Finding]:
    def no(loc: Loc, what: str) -> Finding:
        return "SY011", "not-yet-compiled", loc, f"{what} cannot be compiled yet"

    objective, views = spec.objective, spec.views
    for field, term in (("bound", objective.bound), ("critic", objective.critic), ("marginal", objective.marginal)):
        if not term.implemented:
            yield no(("objective", field), f"the {field} `{type(term).name}`")
    if objective.on is not None and ("." in objective.on.a or "." in objective.on.b):
        yield no(("objective", "on"), "a named output of a branch")
    if views.count != 2:
        yield no(("views", "count"), f"a spec of {views.count} views")
    for field in ("crops", "mask", "split", "modalities", "graph"):
        if getattr(views, field) is not None:
            yield no(("views", field), f"`views.{field}`")
    if len(spec.branches) > 2:
        yield no(("branches",), "a spec of more than two branches")
    if spec.optimize.blocks is not None and len(spec.optimize.blocks) > 2:
        yield no(("optimize", "blocks"), "alternation over more than two blocks")
    for name, branch in spec.branches.items():
        if isinstance(branch.update, Frozen):
            yield no(("branches", name, "update"), "a frozen target")
    if spec.optimize.predictor.direct is not None:
        yield no(("optimize", "predictor", "direct"), "a predictor set in closed form")
    if isinstance(objective.critic, Cosine) and objective.critic.learned:
        yield no(("objective", "critic", "cosine", "learned"), "a learned temperature")
    yield from _evaluation(spec.evaluate, no)
    for name, recipe in spec.recipes.items():
        if recipe.hardware is not None and not recipe.hardware.is_single:
            yield no(("recipes", name, "hardware"), "training on several devices, or in micro-batches,")
        if recipe.precision == "float16":
            yield no(("recipes", name, "precision"), "float16, which needs its losses scaled, (bfloat16 does not)")


def _evaluation(evaluate: Evaluate, no: Callable[[Loc, str], Finding]) -> Iterator[Finding]:
    """What a run measures is fixed so far: the defaults of the section say what that is."""
    usual = Evaluate()
    pairs: tuple[tuple[Loc, Params, Params], ...] = (
        (("evaluate", "mutual_information"), evaluate.mutual_information, usual.mutual_information),
        (("evaluate", "probe"), evaluate.probe, usual.probe),
        (("evaluate",), evaluate, usual),
    )
    for loc, asked, given in pairs:
        for key in type(given).model_fields:
            wanted: object = getattr(asked, key)
            fixed: object = getattr(given, key)
            if wanted != fixed and not isinstance(fixed, Params):
                yield no((*loc, key), f"another `{key}` than {_shown(fixed)}")


def _shown(value: object) -> str:
    items = cast(tuple[object, ...], value) if isinstance(value, tuple) else (value,)
    return ", ".join(f"`{item}`" for item in items)
