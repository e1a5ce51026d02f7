"""An explanation as LaTeX, to paste into a paper: plain `align*` blocks, only amsmath is needed."""

from collections.abc import Iterator, Sequence

from ssmi_dsl.explain.explanation import Explanation, ObjectiveReading
from ssmi_dsl.terms.reading import Origin

_ORIGIN = {
    Origin.CITED: "cited source",
    Origin.REPORTED: "arXiv 2510.01345 as its reviews report it",
    Origin.PROJECT: "this project's derivation",
}


def render(explanation: Explanation) -> str:
    """A fragment without preamble; every derivation step carries its origin as a comment."""
    lines = [
        f"% {explanation.name}, {explanation.paradigm}, recipe {explanation.recipe}; written by `ssmi explain --latex`"
    ]
    for objective in explanation.objectives:
        lines += [*_loss(objective), *_steps(objective)]
    if explanation.followers:
        lines += _block([(f"{follower.latex}", f"{follower.branch}") for follower in explanation.followers])
    return "\n".join(lines)


def _loss(o: ObjectiveReading) -> Iterator[str]:
    rows = [
        (f"a &= {o.anchor.latex}", None),
        (f"b &= {o.target.latex}", None),
        (rf"\mathcal{{L}} &= {o.loss.latex}", o.directions),
        (rf"\ell_J &= {o.joint_part.latex}", None),
    ]
    if o.marginal_part is not None:
        rows.append((rf"\ell_M &= {o.marginal_part.latex}", None))
    yield from _block(rows)


def _steps(o: ObjectiveReading) -> Iterator[str]:
    for term in o.terms:
        if term.steps:
            yield f"% {term.word} stands for {term.stands_for}"
            yield from _block([(step.latex, _ORIGIN[step.origin]) for step in term.steps])


def _block(rows: Sequence[tuple[str, str | None]]) -> Iterator[str]:
    yield r"\begin{align*}"
    for index, (row, comment) in enumerate(rows):
        end = r" \\" if index + 1 < len(rows) else ""
        yield f"  {row}{end}" + (f" % {comment}" if comment else "")
    yield r"\end{align*}"
