"""What goes together in a spec that masks patches, or reads tokens or maps. Findings of SY011."""

from collections.abc import Callable, Iterator

from ssmi_dsl.components.augment import resolve_augment
from ssmi_dsl.components.augment_operations import GEOMETRIC
from ssmi_dsl.components.backbones import Vit, gives_tokens
from ssmi_dsl.components.heads import MaskedConvolutionsHead, TransformerHead
from ssmi_dsl.diagnostics import Loc
from ssmi_dsl.spec.masks import InverseBlockMask
from ssmi_dsl.spec.method import OUTPUTS, TOKEN_OUTPUTS, split_output
from ssmi_dsl.spec.method_spec import MethodSpec
from ssmi_dsl.terms import term_name
from ssmi_dsl.terms.critics.prototypes import Prototypes
from ssmi_dsl.terms.marginals.across_samples import AcrossSamples
from ssmi_dsl.terms.marginals.mean_entropy import MeanEntropy

Finding = tuple[str, str, Loc, str]

# how many vectors of a sample an output gives
_VECTORS = {
    "map": "a vector of each place",
    "tokens": "a vector of each place",
    "hidden": "a vector of each hidden patch",
}


def token_findings(spec: MethodSpec, place: Callable[[int], Loc]) -> Iterator[Finding]:
    """Combinations of tokens, masks and predictors that have no meaning or no compiler; `place` gives the YAML path of an objective by its number."""

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
            yield no((*place(index), "critic"), "the marginal `mean-entropy` needs the critic `prototypes`")
        ends = ("output",) if objective.on is None else (objective.on.a, objective.on.b)
        if objective.positive.of_tokens and not {split_output(end)[1] for end in ends} <= {"map", "tokens"}:
            text = f"the positive `{term_name(objective.positive)}` looks among tokens: write `on: {{a: branch.tokens, b: branch.tokens}}`"
            yield no((*place(index), "positive"), text)
        yield from _hidden_not_yet(spec, index, place(index))
        yield from _unlike_ends(spec, index, place(index))
        for end in ("a", "b") if objective.on is not None else ():
            name, output = split_output(getattr(objective.on, end))
            if name not in spec.branches or output not in OUTPUTS:
                continue
            branch, loc = spec.branches[name], (*place(index), "on", end)
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


def _hidden_not_yet(spec: MethodSpec, index: int, loc: Loc) -> Iterator[Finding]:
    """What the prediction of hidden places needs: places that mean the same in both views, and for a marginal that scores all tokens of the target
    the outputs that it reads."""
    objective = spec.objective[index]
    ends = ("", "") if objective.on is None else (split_output(objective.on.a)[1], split_output(objective.on.b)[1])
    moved = _first_that_moves(spec) if "hidden" in ends and objective.views == "other" else None
    if moved is not None:
        text = f"`{moved}` moves the places of each view on its own, so hidden ones have no counterpart; use `views: same`, or leave it out"
        yield "SY011", "not-yet-compiled", (*loc, "views"), text
    if not objective.marginal.needs_hidden:
        return
    word = term_name(objective.marginal)
    if not isinstance(objective.critic, Prototypes):
        yield "SY011", "not-yet-compiled", (*loc, "critic"), f"the marginal `{word}` needs the critic `prototypes`"
    if ends[0] != "hidden" or ends[1] not in ("map", "tokens"):
        text = f"the marginal `{word}` needs `on: {{a: BRANCH.hidden, b: BRANCH.map}}`"
        yield "SY011", "not-yet-compiled", (*loc, "marginal"), text


def _unlike_ends(spec: MethodSpec, index: int, loc: Loc) -> Iterator[Finding]:
    """Ends of which one gives more vectors of a sample than the other, under a marginal that pairs them one to one."""
    objective = spec.objective[index]
    if objective.on is None:
        return
    kinds: list[str] = []
    for end in (objective.on.a, objective.on.b):
        name, output = split_output(end)
        if name not in spec.branches or output not in OUTPUTS:
            return
        kinds.append(_VECTORS.get(output, "one vector"))
    a, b = kinds
    known = objective.marginal.needs_hidden or (isinstance(objective.marginal, AcrossSamples) and b == "one vector")
    if a != b and not known:
        word = term_name(objective.marginal)
        text = f"`a` gives {a} of a sample and `b` {b}, and the marginal `{word}` pairs them one to one; read one kind at both ends"
        yield "SY011", "not-yet-compiled", (*loc, "on"), text


def _first_that_moves(spec: MethodSpec) -> str | None:
    """The first operation that changes where things lie in a view."""
    views = range(spec.views.total)
    ops = (op for view in views for op in resolve_augment(*spec.views.augment_of(view)))
    return next((name for name, op in ops if isinstance(op, GEOMETRIC)), None)
