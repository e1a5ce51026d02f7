"""An explanation for the terminal. Widths are counted in characters; lines stay within 110 where words allow it."""

import textwrap
from collections.abc import Iterator, Sequence
from math import isinf

from ssmi_dsl.explain.explanation import Explanation, ObjectiveReading, TermReading
from ssmi_dsl.explain.numbers import Number
from ssmi_dsl.render.style import Style
from ssmi_dsl.terms.reading import Origin

WIDTH = 110
_INDENT = "  "
_MARK = {Origin.CITED: "", Origin.REPORTED: " [R]", Origin.PROJECT: " [P]"}
_LEGEND = (
    "[R] stated by arXiv 2510.01345 as its public reviews report it",
    "[P] this project's own derivation or classification, docs/theory.md",
    "unmarked: the cited source",
)


_UNREAD = {
    "bound": "not read by the loss: the surrogate gives both of its terms",
    "critic": "not read by the loss: the surrogate scores no pairs",
}


def render(explanation: Explanation, *, color: bool = False) -> str:
    """The whole page, without a final newline."""
    style = Style(color)
    lines = [*_head(explanation, style)]
    for index, objective in enumerate(explanation.objectives):
        number = f" {index + 1} of {len(explanation.objectives)}" if len(explanation.objectives) > 1 else ""
        lines += ["", style.strong(f"Objective{number}"), *_objective(objective)]
        lines += ["", style.strong("Derivation"), *_derivation(objective)]
        if objective.numbers:
            lines += ["", style.strong(f"Numbers at N = {explanation.batch_size}, recipe {explanation.recipe}")]
            lines += _numbers(objective.numbers)
    lines += ["", style.strong("Who moves"), *_movement(explanation)]
    if explanation.notes:
        lines += [
            "",
            style.strong("What follows"),
            *(line for note in explanation.notes for line in _item(note.text + _MARK[note.origin])),
        ]
    lines += [
        "",
        style.strong("What the certificate will prove"),
        *(line for claim in explanation.claims for line in _item(claim)),
    ]
    return "\n".join([*lines, "", *_LEGEND])


def _head(e: Explanation, style: Style) -> Iterator[str]:
    about = ": ".join(part for part in (e.name, e.title) if part)
    yield from map(style.strong, _wrapped(about + (f" ({e.paper})" if e.paper else ""), first="", rest=_INDENT))
    whose = (
        "classified so by the paper [R]"
        if e.paradigm_origin is Origin.REPORTED
        else "this project's classification [P]"
    )
    meaning = (
        "two blocks take turns, one side is a constant"
        if e.paradigm == "sdmi"
        else "both views are optimised together, symmetrically"
    )
    yield f"{e.paradigm}: {meaning}; {whose}"


def _objective(o: ObjectiveReading) -> Iterator[str]:
    for term in o.terms:
        column = " " * len(f"{_INDENT}{'':<9} {'':<20} ")
        yield from _wrapped(term.formula, first=f"{_INDENT}{term.role:<9} {term.word:<20} ", rest=column)
        yield from _wrapped(term.source, first=column, rest=column)
        if not term.read:
            yield f"{column}{_UNREAD[term.role]}"
    yield ""
    yield f"{_INDENT}a = {o.anchor.plain}"
    yield f"{_INDENT}b = {o.target.plain}"
    yield from _wrapped(f"L = {o.loss.plain}, to be minimised; {o.directions}", first=_INDENT, rest=_INDENT * 3)
    yield from _wrapped(f"ℓ_J = {o.joint_part.plain}", first=_INDENT, rest=_INDENT + " " * 6)
    if o.marginal_part is None:
        marginal = next(term for term in o.terms if term.role == "marginal")
        yield from _wrapped(
            f"ℓ_M has no value: `{marginal.word}` stands for {marginal.stands_for}", first=_INDENT, rest=_INDENT * 2
        )
    else:
        yield from _wrapped(f"ℓ_M = {o.marginal_part.plain}", first=_INDENT, rest=_INDENT + " " * 6)


def _derivation(o: ObjectiveReading) -> Iterator[str]:
    for term in o.terms:
        if term.stands_for:
            yield from _wrapped(f"{term.word} stands for {term.stands_for}", first=_INDENT, rest=_INDENT * 2)
            for step in term.steps:
                yield from _wrapped(f"{step.text}{_MARK[step.origin]}", first=_INDENT * 2 + "- ", rest=_INDENT * 3)
        elif term.role != "critic" and term.read:
            yield from _wrapped(_without_reading(term), first=_INDENT, rest=_INDENT * 2)


def _without_reading(term: TermReading) -> str:
    return f"{term.word}: {term.summary} No derivation is recorded for it."


def _numbers(numbers: Sequence[Number]) -> Iterator[str]:
    cells = [(value(number), number) for number in numbers]
    width = max(len(text) for text, _ in cells)
    for text, number in cells:
        yield from _wrapped(
            f"{text:>{width}}  {number.text}{_MARK[number.origin]}", first=_INDENT, rest=_INDENT + " " * (width + 2)
        )


def value(number: Number) -> str:
    """A number with its unit: `4.95 nats`, `69 steps`."""
    if isinf(number.value):
        return f"∞ {number.unit}"
    short = (
        f"{number.value:,.0f}" if number.value >= 100 or number.value == int(number.value) else f"{number.value:.3g}"
    )
    return f"{short} {number.unit}"


def _movement(e: Explanation) -> Iterator[str]:
    for move in e.moves:
        held = f"; constant: {', '.join(move.stopped)}" if move.stopped else "; nothing is held constant"
        yield from _wrapped(
            f"{move.phase}: {e.optimizer} moves {', '.join(move.moves)}{held}", first=_INDENT, rest=_INDENT * 2
        )
    for follower in e.followers:
        mark = _MARK[Origin.PROJECT]
        yield from _wrapped(f"{follower.branch}: {follower.text}{mark}", first=_INDENT, rest=_INDENT * 2)
    if e.target_numbers:
        yield from _numbers(e.target_numbers)


def _item(text: str) -> Iterator[str]:
    yield from _wrapped(text, first=_INDENT + "- ", rest=_INDENT * 2)


def _wrapped(text: str, *, first: str, rest: str) -> list[str]:
    return textwrap.wrap(
        text, WIDTH, initial_indent=first, subsequent_indent=rest, break_long_words=False, break_on_hyphens=False
    )
