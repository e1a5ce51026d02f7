"""`ssmi explain`: a method as mathematics, as data. The renderers beside this file write it as text, LaTeX or JSON."""

from collections.abc import Sequence
from dataclasses import dataclass

from ssmi_dsl.builders.latex import LatexBuilder
from ssmi_dsl.builders.printing import Formula, PrintBuilder
from ssmi_dsl.explain.abbreviate import abbreviated
from ssmi_dsl.explain.classification import origin_of_paradigm
from ssmi_dsl.explain.movement import Follower, Move, claims_of, followers_of, moves_of
from ssmi_dsl.explain.notes import Note, notes_of
from ssmi_dsl.explain.numbers import Number, numbers_of_objective, numbers_of_targets
from ssmi_dsl.explain.objectives import is_symmetric, parts_before
from ssmi_dsl.explain.reads import MANY, Reads, memory_names, reads_of
from ssmi_dsl.spec.method import TOKEN_OUTPUTS, BranchView, Method, ObjectiveView, OutputName
from ssmi_dsl.spec.parts import terms_of
from ssmi_dsl.terms import Inputs, Term, pair_loss, term_name
from ssmi_dsl.terms.reading import Origin, Step

# symbols of the parts of a branch
_LETTERS = {
    "encoder": "f",
    "projector": "g",
    "predictor": "h",
    "prototypes": "c",
    "token_projector": "g'",
    "token_prototypes": "c'",
}
_DEFAULT_POSITIVE = "paired"


@dataclass(frozen=True, slots=True)
class TermReading:
    """One word of an objective. `stands_for` is empty and `steps` are none where the term's file carries no reading yet.

    `read` says whether the loss depends on the word, or is derived from it: a surrogate can take the place of the whole bound, and leave out the critic.
    """

    role: str
    word: str
    summary: str
    formula: str
    source: str
    stands_for: str
    steps: tuple[Step, ...]
    section: str | None
    read: bool = True


@dataclass(frozen=True, slots=True)
class Text:
    """The same mathematics in plain text and in LaTeX."""

    plain: str
    latex: str


@dataclass(frozen=True, slots=True)
class ObjectiveReading:
    """One objective: its words, the two branch outputs, both parts of the loss, their weights, and the numbers.

    `marginal_part` is None where the loss has none: the reading of the marginal says what stands for it. Parts are before weights.
    """

    terms: tuple[TermReading, ...]
    anchor: Text
    target: Text
    joint_part: Text
    marginal_part: Text | None
    loss: Text
    directions: str
    numbers: tuple[Number, ...]


@dataclass(frozen=True, slots=True)
class Explanation:
    """A method under one recipe, explained."""

    name: str
    title: str | None
    paper: str | None
    paradigm: str
    paradigm_origin: Origin
    recipe: str
    batch_size: int
    epochs: int
    optimizer: str
    objectives: tuple[ObjectiveReading, ...]
    moves: tuple[Move, ...]
    followers: tuple[Follower, ...]
    target_numbers: tuple[Number, ...]
    notes: tuple[Note, ...]
    claims: tuple[str, ...]


def explain(method: Method) -> Explanation:
    """What a method maximises, by which derivation, with which caps, and who moves when."""
    spec, recipe = method.spec, method.recipe
    return Explanation(
        name=spec.name,
        title=spec.title,
        paper=spec.paper,
        paradigm=method.paradigm,
        paradigm_origin=origin_of_paradigm(method),
        recipe=recipe.name,
        batch_size=recipe.batch_size,
        epochs=recipe.epochs,
        optimizer=type(recipe.optimizer).name,
        objectives=tuple(_objective(method, reads) for reads in method.objectives),
        moves=moves_of(method),
        followers=followers_of(method),
        target_numbers=numbers_of_targets(method),
        notes=notes_of(method),
        claims=claims_of(method),
    )


def _objective(method: Method, reads: ObjectiveView) -> ObjectiveReading:
    objective = reads.spec
    terms: list[tuple[str, Term]] = [
        ("bound", objective.bound),
        ("critic", objective.critic),
        ("marginal", objective.marginal),
    ]
    if term_name(objective.positive) != _DEFAULT_POSITIVE:
        terms.append(("positive", objective.positive))
    joint, marginal = _parts(method, reads)
    first = reads.pairs[0]
    return ObjectiveReading(
        terms=tuple(_term(role, term, reads_of(reads)) for role, term in terms),
        anchor=_output(method, reads.anchor, reads.anchor_output, first.anchor_view),
        target=_output(method, reads.target, reads.target_output, first.target_view),
        joint_part=joint,
        marginal_part=marginal,
        loss=_loss(reads, marginal is not None),
        directions=_directions(reads),
        numbers=numbers_of_objective(reads, method.recipe.batch_size),
    )


def _term(role: str, term: Term, reads: Reads) -> TermReading:
    reading = type(term).reading
    if role == "bound" and not reads.derived_from_bound:
        reading = None
    return TermReading(
        role=role,
        word=term_name(term),
        summary=(type(term).__doc__ or "").strip().split("\n")[0],
        formula=type(term).formula,
        source=type(term).source,
        stands_for="" if reading is None else reading.stands_for,
        steps=() if reading is None else reading.steps,
        section=None if reading is None else reading.section,
        read={"bound": reads.bound or reads.derived_from_bound, "critic": reads.critic}.get(role, True),
    )


def _parts(method: Method, view: ObjectiveView) -> tuple[Text, Text | None]:
    objective = view.spec
    if not all(type(term).implemented for term in terms_of(view)):
        # a word without a compiler has a formula, but no emission to print
        return Text(f"-J, {type(objective.critic).formula}", r"-J"), Text(type(objective.marginal).formula, "M")
    names = [name for term in terms_of(view) for name in memory_names(term)]
    text, latex = (
        pair_loss(
            builder,
            bound=objective.bound,
            critic=objective.critic,
            marginal=objective.marginal,
            positive=objective.positive,
            at=_symbols(method, view, symbol=symbol, wrap=wrap, names=names),
        )
        for builder, symbol, wrap in ((PrintBuilder(), "{}{}", "{}"), (LatexBuilder(), "{}_{{{}}}", r"\mathrm{{{}}}"))
    )
    # a regulariser has no joint term
    joint = Text("0", "0") if text.joint is None else _text(text.joint, latex.joint)
    if text.marginal is None or latex.marginal is None:
        return joint, None
    return joint, _text(text.marginal, latex.marginal)


def _text(plain: Formula | None, latex: Formula | None) -> Text:
    return Text(abbreviated(str(plain)), abbreviated(str(latex)))


def _symbols(method: Method, view: ObjectiveView, *, symbol: str, wrap: str, names: Sequence[str]) -> Inputs[Formula]:
    """What an emission may read, as symbols: `symbol` writes a view, `wrap` a name."""
    indices = range(1, method.spec.views.total + 1)

    def named(word: str) -> Formula:
        return Formula(wrap.format(word if wrap == "{}" else word.replace("_", r"\_")))

    a, b = Formula("a"), Formula("b")
    side = MANY if view.anchor_output in TOKEN_OUTPUTS else 1
    return Inputs(
        a,
        b,
        tuple(Formula(symbol.format("z", index)) for index in indices),
        {name: named(name) for name in names},
        labels=named("labels"),
        index=named("index"),
        embedding=named("embedding"),
        prototypes=named("prototypes"),
        targets=tuple(Formula(symbol.format("b", index)) for index in indices[1:]),
        pairs=((a, b),),
        maps=(named("f"), named("f'")),
        rows=side * side,
        places=(named("s"), named("s'")),
        grid=(side, side),
        projection=named("projection"),
        own=Formula("b'"),
        target_rows=2,
        hidden=named("hidden"),
        adjacency=named("A"),
    )


def _loss(reads: ObjectiveView, has_marginal: bool) -> Text:
    weights, factor = reads.spec.weights, reads.spec.weight
    parts = [(weights.joint, "ℓ_J", r"\ell_J"), *([(weights.marginal, "ℓ_M", r"\ell_M")] if has_marginal else [])]
    plain = " + ".join(_weighted(weight, symbol, " ") for weight, symbol, _ in parts)
    latex = " + ".join(_weighted(weight, symbol, r"\,") for weight, _, symbol in parts)
    if factor == 1:
        return Text(plain, latex)
    several = len(parts) > 1
    return Text(
        f"{factor:g} ({plain})" if several else f"{factor:g} {plain}",
        rf"{factor:g}\,({latex})" if several else rf"{factor:g}\,{latex}",
    )


def _weighted(weight: float, symbol: str, space: str) -> str:
    return symbol if weight == 1 else f"{weight:g}{space}{symbol}"


def _directions(view: ObjectiveView) -> str:
    if view.spec.marginal.uses_all_views or view.spec.marginal.reads == "views":
        return "one term over all views of the batch"
    if len(view.pairs) == 1:
        pair = view.pairs[0]
        same = pair.anchor == pair.target and view.anchor_output == view.target_output
        return (
            "one direction: the loss is symmetric in its two views"
            if same and is_symmetric(view)
            else f"one direction: view {pair.anchor_view + 1} is the anchor, view {pair.target_view + 1} the target"
        )
    how = "summed" if view.spec.directions == "sum" else "averaged"
    listed = [f"({pair.anchor_view + 1}, {pair.target_view + 1})" for pair in view.pairs]
    shown = ", ".join(listed if len(listed) <= 6 else [*listed[:3], "…", listed[-1]])
    word = "directions" if len(listed) == 2 else "pairs"
    return f"{len(listed)} {word}, {how}: views (anchor, target) = {shown}"


def _output(method: Method, branch: BranchView, output: OutputName, view: int) -> Text:
    """The branch output as a composition, e.g. `h(g(f(x₁)))`; parameters are indexed by the branch that owns them."""
    index = view + 1
    plain, latex = f"x{_subscript(index)}", f"x_{{{index}}}"
    several = len({other.owner for other in method.branches}) > 1
    for part in parts_before(branch, output):
        # a predictor is never shared
        of = branch.name if part == "predictor" else branch.owner
        letter, name = _LETTERS[part], of.replace("_", r"\_")
        plain = f"{letter}_{of}({plain})" if several else f"{letter}({plain})"
        latex = rf"{letter}_{{\mathrm{{{name}}}}}({latex})" if several else f"{letter}({latex})"
    rows = {"tokens": "tokens", "hidden": "hidden", "map": "map"}.get(output)
    if rows is not None:
        # one row for each place, of hidden patches only where the output is `hidden`
        plain, latex = f"{plain}[{rows}]", rf"{latex}_{{\mathrm{{{rows}}}}}"
    if method.is_stopped(branch.name):
        return Text(f"sg[{plain}]", rf"\mathrm{{sg}}[{latex}]")
    return Text(plain, latex)


def _subscript(number: int) -> str:
    return "".join("₀₁₂₃₄₅₆₇₈₉"[int(digit)] for digit in str(number))
