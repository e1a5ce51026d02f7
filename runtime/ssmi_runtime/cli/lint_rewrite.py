"""`ssmi lint --fix`, `--diff` and `--add-ignore`: what becomes of the text of each file."""

import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from ssmi_dsl.diagnostics import Diagnostic
from ssmi_dsl.fixes.apply import applicable, fix_document
from ssmi_dsl.lint.add_ignore import add_ignores
from ssmi_dsl.lint.inputs import Input
from ssmi_dsl.lint.rewrite import RewriteError, encoded, rewrite, unified_diff
from ssmi_dsl.lint.session import Session
from ssmi_dsl.wording import escape
from ssmi_runtime.cli.lint_options import LintOptions


@dataclass(frozen=True)
class Rewritten:
    """All files afterwards: findings and texts by path, and how many findings were fixed or got a suppression.

    `output` is for standard output: differences, or standard input with its fixes; None if there is nothing of the kind.
    `problems` say which files could not be written; their texts and findings are those of before.
    """

    found: Mapping[str, Sequence[Diagnostic]]
    sources: Mapping[str, str]
    fixed: int = 0
    silenced: int = 0
    would_change: bool = False
    output: bytes | None = None
    problems: tuple[str, ...] = field(default=())


@dataclass(frozen=True)
class _One:
    item: Input
    text: str
    findings: Sequence[Diagnostic]
    fixed: int
    silenced: int


def rewrite_all(
    inputs: Sequence[Input], found: Mapping[str, Sequence[Diagnostic]], session: Session, options: LintOptions
) -> Rewritten:
    """Fix and silence what was asked for; files are written unless `--diff` asks what would be."""
    results = [_rewritten(item, found[item.path], session, options) for item in inputs]
    if options.diff:
        return _difference(results, found)
    output: bytes | None = None
    problems: list[str] = []
    written: list[_One] = []
    for result in results:
        if result.item.is_stdin:
            output = encoded(result.item, result.text)
        elif result.text != result.item.text:
            try:
                rewrite(result.item, result.text, session.projects.of(result.item.path).root)
            except RewriteError as error:
                problems.append(str(error))
                result = _One(result.item, result.item.text, found[result.item.path], 0, 0)
        written.append(result)
    return Rewritten(
        found={result.item.path: result.findings for result in written},
        sources={result.item.path: result.text for result in written},
        fixed=sum(result.fixed for result in written),
        silenced=sum(result.silenced for result in written),
        output=output,
        problems=tuple(problems),
    )


def _rewritten(item: Input, found: Sequence[Diagnostic], session: Session, options: LintOptions) -> _One:
    document, fixed, silenced = item.read(), 0, 0
    if (
        options.fixes
        and document.data is not None
        and any(applicable(one, unsafe=options.unsafe_fixes) for one in found)
    ):
        # what a baseline accepts is accepted as it is
        outcome = fix_document(
            document,
            lambda text: session.without_accepted({item.path: session.lint(text)}),
            unsafe=options.unsafe_fixes,
        )
        document, fixed = outcome.document, len(outcome.applied)
        found = _with_verdicts(session.lint(document), outcome.findings)
    if options.add_ignore and document.data is not None:
        added = add_ignores(document, session.without_accepted({item.path: found}), options.reason)
        document, silenced = added.document, len(added.silenced)
        found = session.lint(document) if silenced else found
    # text that could not be read is left as it is
    return _One(item, document.text if fixed or silenced else item.text, found, fixed, silenced)


def _with_verdicts(found: Sequence[Diagnostic], judged: Sequence[Diagnostic]) -> list[Diagnostic]:
    """`found`, with what became known of the fixes of those that were tried."""
    verdicts = {replace(item, fix=None): item for item in judged}
    return [verdicts.get(replace(item, fix=None), item) for item in found]


def _difference(results: Sequence[_One], found: Mapping[str, Sequence[Diagnostic]]) -> Rewritten:
    changed = [result for result in results if result.text != result.item.text]
    text = "".join(unified_diff(result.item.text, result.text, result.item.path) for result in changed)
    if sys.stdout.isatty():
        # in a terminal, characters that move the cursor are escaped; a file gets what `patch` needs
        text = "".join(escape(line) + "\n" for line in text.replace("\r\n", "\n").split("\n")[:-1])
    return Rewritten(
        found=found,
        sources={result.item.path: result.item.text for result in results},
        fixed=sum(result.fixed for result in changed),
        silenced=sum(result.silenced for result in changed),
        would_change=bool(changed),
        output=text.encode("utf-8", "surrogatepass"),
    )
