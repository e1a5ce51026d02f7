"""References between the parts of a spec, and the parts of the grammar that have no compiler yet."""

from collections.abc import Callable, Iterator
from typing import Any, cast

from ssmi_dsl.components.augment import resolve_augment
from ssmi_dsl.components.augment_operations import GEOMETRIC
from ssmi_dsl.components.backbones import Vit, gives_tokens
from ssmi_dsl.components.base import Params
from ssmi_dsl.components.heads import LinearHead, MaskedConvolutionsHead, TransformerHead
from ssmi_dsl.diagnostics import Applicability, Diagnostic, Loc, Patch, Severity
from ssmi_dsl.fixes.fix import Fix, set_value
from ssmi_dsl.guess import is_typo, nearest
from ssmi_dsl.resolve import Resolved
from ssmi_dsl.spec.evaluate import Evaluate
from ssmi_dsl.spec.masks import InverseBlockMask
from ssmi_dsl.spec.method import OUTPUTS, TOKEN_OUTPUTS, split_output
from ssmi_dsl.spec.method_spec import MethodSpec
from ssmi_dsl.structure_graphs import graph_findings
from ssmi_dsl.structure_modalities import modality_findings
from ssmi_dsl.terms import Term, term_name
from ssmi_dsl.terms.critics.prototypes import Prototypes
from ssmi_dsl.terms.marginals.mean_entropy import MeanEntropy
from ssmi_dsl.wording import quote

Finding = tuple[str, str, Loc, str]

# what a run measures, until it can measure something else
_USUAL_EVALUATION = Evaluate.usual()


def objective_loc(spec: MethodSpec, index: int) -> Loc:
    """The YAML path of an objective: one is written as a mapping, several as a list."""
    return ("objective",) if len(spec.objective) == 1 else ("objective", index)


def structure_findings(spec: MethodSpec, source: Resolved) -> tuple[Diagnostic, ...]:
    """SY012 for names that lead nowhere, SY011 for what cannot be compiled yet. A spec without findings can be understood."""
    parts = (graph_findings, modality_findings)
    found = [*_references(spec), *_not_yet(spec)]
    found += [item for part in parts for item in part(spec, lambda index: objective_loc(spec, index))]
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


def _tokens_not_yet(spec: MethodSpec) -> Iterator[Finding]:
    """Combinations of tokens, masks and predictors that have no meaning or no compiler."""

    def no(loc: Loc, text: str) -> Finding:
        return "SY011", "not-yet-compiled", loc, text

    for name, branch in spec.branches.items():
        encoder = branch.encoder or spec.encoder
        if branch.input != "whole" and spec.views.mask is None:
            yield no(
                ("branches", name, "input"), f"`input: {branch.input}` needs `views.mask`, which says what is hidden"
            )
        partly = isinstance(spec.views.mask, InverseBlockMask) and spec.views.mask.predicted < 1
        if branch.input == "masked" and partly:
            text = "a branch that sees tokens in place of hidden patches needs them all; leave `predicted` of the mask at 1"
            yield no(("branches", name, "input"), text)
        if branch.input != "whole" and not isinstance(encoder.backbone, Vit):
            yield no(("branches", name, "input"), "only the backbone `vit` can leave out patches")
        if branch.tokens is not None and branch.tokens.blocks is not None and not isinstance(encoder.backbone, Vit):
            yield no(("branches", name, "tokens", "blocks"), "only the backbone `vit` has transformer blocks")
        if isinstance(branch.predictor, TransformerHead) and (
            branch.input != "visible" or branch.projector is not None
        ):
            text = "a transformer predicts from the encoder's tokens: it needs `input: visible` and no projector"
            yield no(("branches", name, "predictor"), text)
        context = branch.tokens is not None and isinstance(branch.tokens.projector, MaskedConvolutionsHead)
        if context and branch.input != "whole":
            yield no(("branches", name, "tokens", "projector"), "masked convolutions need all places of a map")
    for index, objective in enumerate(spec.objective):
        if isinstance(objective.marginal, MeanEntropy) and not isinstance(objective.critic, Prototypes):
            yield no(
                (*objective_loc(spec, index), "critic"), "the marginal `mean-entropy` needs the critic `prototypes`"
            )
        ends = ("output",) if objective.on is None else (objective.on.a, objective.on.b)
        if objective.positive.of_tokens and not {split_output(end)[1] for end in ends} <= {"map", "tokens"}:
            text = f"the positive `{term_name(objective.positive)}` looks among tokens: write `on: {{a: branch.tokens, b: branch.tokens}}`"
            yield no((*objective_loc(spec, index), "positive"), text)
        yield from _hidden_not_yet(spec, index)
        for end in ("a", "b") if objective.on is not None else ():
            name, output = split_output(getattr(objective.on, end))
            if name not in spec.branches or output not in OUTPUTS:
                continue
            branch, loc = spec.branches[name], (*objective_loc(spec, index), "on", end)
            if output in TOKEN_OUTPUTS and not gives_tokens(branch.encoder or spec.encoder):
                yield no(loc, f"the encoder of `{name}` gives no tokens; use `vit`, `resnet18` or `conv-small`")
            if output == "hidden" and spec.views.mask is None:
                yield no(loc, "`hidden` needs `views.mask`, which says what is hidden")
            if output == "hidden" and _has_context(spec, name):
                yield no(loc, f"the context of `{name}` is one of all places of a map; read `{name}.tokens`")
            transformer = isinstance(branch.predictor, TransformerHead)
            if branch.input == "visible" and output == "hidden" and not transformer:
                yield no(loc, f"`{name}` does not see hidden patches; a transformer as its predictor can predict them")
            if branch.input == "visible" and output in ("map", "tokens"):
                yield no(loc, f"tokens of the visible patches of `{name}` have no counterpart")
            if transformer and output in ("prediction", "output"):
                yield no(loc, f"the predictor of `{name}` predicts `{name}.hidden` only")


def _has_context(spec: MethodSpec, name: str) -> bool:
    """Whether tokens of a branch pass masked convolutions, its own or those of the branch that it takes parameters from."""
    seen: set[str] = set()
    while name in spec.branches and name not in seen:
        tokens = spec.branches[name].tokens
        if tokens is not None and tokens.projector is not None:
            return isinstance(tokens.projector, MaskedConvolutionsHead)
        seen.add(name)
        name = spec.branches[name].of or ""
    return False


def _hidden_not_yet(spec: MethodSpec, index: int) -> Iterator[Finding]:
    """What a marginal needs that scores all tokens of the target, while the anchor predicts those of hidden ones."""
    objective, loc = spec.objective[index], objective_loc(spec, index)
    if not objective.marginal.needs_hidden:
        return
    word = term_name(objective.marginal)
    if not isinstance(objective.critic, Prototypes):
        yield "SY011", "not-yet-compiled", (*loc, "critic"), f"the marginal `{word}` needs the critic `prototypes`"
    ends = ("", "") if objective.on is None else (split_output(objective.on.a)[1], split_output(objective.on.b)[1])
    if ends[0] != "hidden" or ends[1] not in ("map", "tokens"):
        text = f"the marginal `{word}` needs `on: {{a: BRANCH.hidden, b: BRANCH.map}}`"
        yield "SY011", "not-yet-compiled", (*loc, "marginal"), text
    moved = _first_that_moves(spec)
    if objective.views == "other" and moved is not None:
        text = f"`{moved}` moves the places of each view on its own, so hidden ones have no counterpart; use `views: same`, or leave it out"
        yield "SY011", "not-yet-compiled", (*loc, "views"), text


def _first_that_moves(spec: MethodSpec) -> str | None:
    """The first operation that changes where things lie in a view."""
    views = range(spec.views.total)
    ops = (op for view in views for op in resolve_augment(*spec.views.augment_of(view)))
    return next((name for name, op in ops if isinstance(op, GEOMETRIC)), None)


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
    yield from _tokens_not_yet(spec)
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
