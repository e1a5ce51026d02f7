"""What goes together in a spec that masks patches, or reads tokens or maps. Findings of SY011."""

from collections.abc import Callable, Iterator

from ssmi_dsl.components.augment import resolve_augment
from ssmi_dsl.components.augment_operations import GEOMETRIC
from ssmi_dsl.components.backbones import Backbone, Vit, gives_tokens
from ssmi_dsl.components.heads import MaskedConvolutionsHead, TransformerHead
from ssmi_dsl.diagnostics import Loc
from ssmi_dsl.spec.branches import Branch
from ssmi_dsl.spec.lineage import lineage
from ssmi_dsl.spec.masks import InverseBlockMask
from ssmi_dsl.spec.method import OUTPUTS, TOKEN_OUTPUTS, split_output
from ssmi_dsl.spec.method_spec import MethodSpec
from ssmi_dsl.spec.objective import Objective
from ssmi_dsl.terms import term_name
from ssmi_dsl.terms.critics.prototypes import Prototypes
from ssmi_dsl.terms.marginals.across_samples import AcrossSamples
from ssmi_dsl.terms.marginals.mean_entropy import MeanEntropy

# how many vectors of a sample an output gives
_VECTORS = {
    "map": "a vector of each place",
    "tokens": "a vector of each place",
    "hidden": "a vector of each hidden patch",
}


def token_findings(spec: MethodSpec, place: Callable[[int], Loc]) -> Iterator[tuple[Loc, str]]:
    """Combinations that have no meaning or no compiler; `place` gives the YAML path of an objective by its number."""
    for name, branch in spec.branches.items():
        yield from _branch(spec, branch, ("branches", name))
    for index, objective in enumerate(spec.objective):
        yield from _terms(objective, place(index))
        yield from _hidden(spec, objective, place(index))
        yield from _unlike_ends(spec, objective, (*place(index), "on"))
        for name, output, loc in _ends(spec, objective, place(index)):
            yield from _end(spec, name, output, loc)


def _branch(spec: MethodSpec, branch: Branch, loc: Loc) -> Iterator[tuple[Loc, str]]:
    backbone = (branch.encoder or spec.encoder).backbone
    if branch.input != "whole" and spec.views.mask is None:
        yield (*loc, "input"), f"`input: {branch.input}` needs `views.mask`, which says what is hidden"
    partly = isinstance(spec.views.mask, InverseBlockMask) and spec.views.mask.predicted < 1
    if branch.input == "masked" and partly:
        text = "a branch that sees tokens in place of hidden patches needs them all; leave `predicted` of the mask at 1"
        yield (*loc, "input"), text
    if branch.input != "whole" and not isinstance(backbone, Vit):
        yield (*loc, "input"), "only the backbone `vit` can leave out patches"
    if branch.tokens is not None and branch.tokens.blocks is not None and not isinstance(backbone, Vit):
        yield (*loc, "tokens", "blocks"), "only the backbone `vit` has transformer blocks"
    if isinstance(branch.predictor, TransformerHead) and (branch.input != "visible" or branch.projector is not None):
        text = "a transformer predicts from the encoder's tokens: it needs `input: visible` and no projector"
        yield (*loc, "predictor"), text
    yield from _turned(branch, backbone, loc)
    context = branch.tokens is not None and isinstance(branch.tokens.projector, MaskedConvolutionsHead)
    if context and branch.input != "whole":
        yield (*loc, "tokens", "projector"), "masked convolutions need all places of a map"


def _turned(branch: Branch, backbone: Backbone, loc: Loc) -> Iterator[tuple[Loc, str]]:
    """A predictor turns its queries as the encoder does, pairs of features of a head along two axes."""
    head = branch.predictor
    if not isinstance(head, TransformerHead) or not isinstance(backbone, Vit) or backbone.positions != "rope":
        return
    if head.width // head.heads % 4:
        text = f"`positions: rope` turns a head's features in fours, and the predictor's heads have {head.width // head.heads}"
        yield (*loc, "predictor", "transformer", "heads"), text


def _terms(objective: Objective, loc: Loc) -> Iterator[tuple[Loc, str]]:
    if isinstance(objective.marginal, MeanEntropy) and not isinstance(objective.critic, Prototypes):
        yield (*loc, "critic"), "the marginal `mean-entropy` needs the critic `prototypes`"
    if objective.positive.of_tokens and not set(_outputs(objective)) <= {"map", "tokens"}:
        text = f"the positive `{term_name(objective.positive)}` looks among tokens: write `on: {{a: branch.tokens, b: branch.tokens}}`"
        yield (*loc, "positive"), text


def _ends(spec: MethodSpec, objective: Objective, loc: Loc) -> list[tuple[str, str, Loc]]:
    """Branch, output and YAML path of what an objective reads; without `on`, the first two branches, or the one that there is."""
    if objective.on is None:
        return [(name, "output", loc) for name in list(spec.branches)[:2]]
    return [(*split_output(getattr(objective.on, end)), (*loc, "on", end)) for end in ("a", "b")]


def _end(spec: MethodSpec, name: str, output: str, loc: Loc) -> Iterator[tuple[Loc, str]]:
    """What a branch must have for an output that is read; names that lead nowhere are SY012."""
    if name not in spec.branches or output not in OUTPUTS:
        return
    branch = spec.branches[name]
    if output in TOKEN_OUTPUTS and not gives_tokens(branch.encoder or spec.encoder):
        yield loc, f"the encoder of `{name}` gives no tokens; use `vit`, `resnet18` or `conv-small`"
    if output == "hidden" and spec.views.mask is None:
        yield loc, "`hidden` needs `views.mask`, which says what is hidden"
    if output == "hidden" and _has_context(spec, name):
        yield loc, f"the context of `{name}` is one of all places of a map; read `{name}.tokens`"
    transformer = isinstance(branch.predictor, TransformerHead)
    if branch.input == "visible" and output == "hidden" and not transformer:
        yield loc, f"`{name}` does not see hidden patches; a transformer as its predictor can predict them"
    if branch.input == "visible" and output in ("map", "tokens"):
        yield loc, f"tokens of the visible patches of `{name}` have no counterpart"
    if transformer and output in ("prediction", "output"):
        yield loc, f"the predictor of `{name}` predicts `{name}.hidden` only"


def _has_context(spec: MethodSpec, name: str) -> bool:
    """Whether tokens of a branch pass masked convolutions, its own or those of the branch that it takes parameters from."""
    tokens = (spec.branches[owner].tokens for owner in lineage(spec.branches, name))
    head = next((each.projector for each in tokens if each is not None and each.projector is not None), None)
    return isinstance(head, MaskedConvolutionsHead)


def _outputs(objective: Objective) -> tuple[str, str]:
    """The outputs that an objective reads; without `on`, all of the branches."""
    on = objective.on
    return ("output", "output") if on is None else (split_output(on.a)[1], split_output(on.b)[1])


def _hidden(spec: MethodSpec, objective: Objective, loc: Loc) -> Iterator[tuple[Loc, str]]:
    """What the prediction of hidden places needs: places that mean the same in both views, and for a marginal that scores all tokens of the target
    the outputs that it reads."""
    a, b = _outputs(objective)
    moved = _first_that_moves(spec) if "hidden" in (a, b) and objective.views == "other" else None
    if moved is not None:
        text = f"`{moved}` moves the places of each view on its own, so hidden ones have no counterpart; use `views: same`, or leave it out"
        yield (*loc, "views"), text
    if not objective.marginal.needs_hidden:
        return
    word = term_name(objective.marginal)
    if not isinstance(objective.critic, Prototypes):
        yield (*loc, "critic"), f"the marginal `{word}` needs the critic `prototypes`"
    if a != "hidden" or b not in ("map", "tokens"):
        yield (*loc, "marginal"), f"the marginal `{word}` needs `on: {{a: BRANCH.hidden, b: BRANCH.map}}`"


def _unlike_ends(spec: MethodSpec, objective: Objective, loc: Loc) -> Iterator[tuple[Loc, str]]:
    """Ends of which one gives more vectors of a sample than the other, under a marginal that pairs them one to one."""
    ends = () if objective.on is None else (split_output(objective.on.a), split_output(objective.on.b))
    if not ends or any(name not in spec.branches or output not in OUTPUTS for name, output in ends):
        return
    a, b = (_VECTORS.get(output, "one vector") for _, output in ends)
    known = objective.marginal.needs_hidden or (isinstance(objective.marginal, AcrossSamples) and b == "one vector")
    if a != b and not known:
        word = term_name(objective.marginal)
        yield (
            loc,
            f"`a` gives {a} of a sample and `b` {b}, and the marginal `{word}` pairs them one to one; read one kind at both ends",
        )


def _first_that_moves(spec: MethodSpec) -> str | None:
    """The first operation that changes where things lie in a view."""
    views = range(spec.views.total)
    ops = (op for view in views for op in resolve_augment(*spec.views.augment_of(view)))
    return next((name for name, op in ops if isinstance(op, GEOMETRIC)), None)
