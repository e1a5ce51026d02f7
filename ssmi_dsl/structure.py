"""References between the parts of a spec, and the parts of the grammar that have no compiler yet."""

from collections.abc import Callable, Iterator
from typing import Any, cast

from ssmi_dsl.components.base import Params
from ssmi_dsl.components.heads import LinearHead
from ssmi_dsl.diagnostics import Applicability, Diagnostic, Loc, Patch, Severity
from ssmi_dsl.fixes.fix import Fix, set_value
from ssmi_dsl.guess import is_typo, nearest
from ssmi_dsl.resolve import Resolved
from ssmi_dsl.spec.evaluate import Evaluate
from ssmi_dsl.spec.lineage import lineage
from ssmi_dsl.spec.method import OUTPUTS, split_output
from ssmi_dsl.spec.method_spec import MethodSpec
from ssmi_dsl.structure_graphs import graph_findings
from ssmi_dsl.structure_modalities import modality_findings
from ssmi_dsl.structure_tokens import token_findings
from ssmi_dsl.terms import Term, term_name
from ssmi_dsl.wording import quote

Finding = tuple[str, str, Loc, str]

# what a run measures, until it can measure something else
_USUAL_EVALUATION = Evaluate.usual()


def objective_loc(spec: MethodSpec, index: int) -> Loc:
    """The YAML path of an objective: one is written as a mapping, several as a list."""
    return ("objective",) if len(spec.objective) == 1 else ("objective", index)


def structure_findings(spec: MethodSpec, source: Resolved) -> tuple[Diagnostic, ...]:
    """SY012 for names that lead nowhere, SY011 for what cannot be compiled yet. A spec without findings can be understood."""
    parts = (token_findings, graph_findings, modality_findings)
    found = [*_references(spec), *_not_yet(spec)]
    for part in parts:
        of_part = part(spec, lambda index: objective_loc(spec, index))
        found += [("SY011", "not-yet-compiled", loc, text) for loc, text in of_part]
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
        guess = nearest(name[:100], names)
        hint = f"; did you mean `{guess}`?" if guess else f"; branches: {', '.join(names)}"
        return "SY012", "unresolved-reference", loc, f"there is no branch {quote(name)}{hint}"

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
    for index, objective in enumerate(spec.objective):
        for end in ("a", "b") if objective.on is not None else ():
            branch, output = split_output(getattr(objective.on, end))
            loc = (*objective_loc(spec, index), "on", end)
            if branch not in names:
                yield unknown(loc, branch)
            elif output not in OUTPUTS:
                guess = nearest(output, OUTPUTS)
                hint = f"; did you mean `{guess}`?" if guess else f"; outputs: {', '.join(OUTPUTS)}"
                yield "SY012", "unresolved-reference", loc, f"a branch has no output {quote(output)}{hint}"


def _is_circular(spec: MethodSpec, name: str) -> bool:
    *_, last = lineage(spec.branches, name)
    return spec.branches[last].of in spec.branches


def _not_yet(spec: MethodSpec) -> Iterator[Finding]:
    def no(loc: Loc, what: str) -> Finding:
        return "SY011", "not-yet-compiled", loc, f"{what} cannot be compiled yet"

    views = spec.views
    for index, objective in enumerate(spec.objective):
        terms: dict[str, Term] = {
            "bound": objective.bound,
            "critic": objective.critic,
            "marginal": objective.marginal,
            "positive": objective.positive,
        }
        for field, term in terms.items():
            if not term.implemented:
                yield no((*objective_loc(spec, index), field), f"the {field} `{term_name(term)}`")
        if objective.marginal.uses_all_views and views.total > 2 and term_name(objective.bound) != "infonce":
            loc = (*objective_loc(spec, index), "marginal")
            what = f"the marginal `{term_name(objective.marginal)}` of {views.total} views"
            yield no(loc, f"{what} with the bound `{term_name(objective.bound)}`")
    if views.split is not None:
        yield no(("views", "split"), "`views.split`")
    if spec.optimize.blocks is not None and len(spec.optimize.blocks) > 2:
        yield no(("optimize", "blocks"), "alternation over more than two blocks")
    if spec.optimize.predictor.direct is not None:
        for name, branch in spec.branches.items():
            if branch.predictor is not None and not isinstance(branch.predictor, LinearHead):
                yield no(("branches", name, "predictor"), "`direct` with a predictor that is not `linear`")
    yield from _evaluation(spec.evaluate, no)
    for name, recipe in spec.recipes.items():
        if recipe.hardware is not None and not recipe.hardware.is_single:
            yield no(("recipes", name, "hardware"), "training on several devices, or in micro-batches,")
        if recipe.precision == "float16":
            yield no(("recipes", name, "precision"), "float16, which needs its losses scaled, (bfloat16 does not)")


def _evaluation(evaluate: Evaluate, no: Callable[[Loc, str], Finding]) -> Iterator[Finding]:
    """What a run measures is fixed so far: the defaults of the section say what that is."""
    usual = _USUAL_EVALUATION
    if evaluate == usual:
        return
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
