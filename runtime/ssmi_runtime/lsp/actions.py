"""Quick fixes of a finding: the edits of its fix, and accepting it on its line; and every safe fix of a text at once."""

from collections.abc import Iterator, Sequence

from lsprotocol import types

from ssmi_dsl.diagnostics import Applicability, Diagnostic
from ssmi_dsl.document import Document
from ssmi_dsl.fixes.apply import Lint, fix_document
from ssmi_dsl.rules import find_rule
from ssmi_runtime.lsp.diagnostics import to_protocol
from ssmi_runtime.lsp.positions import TextPositions


def actions_for(
    document: Document, findings: Sequence[Diagnostic], uri: str, positions: TextPositions, start: int, end: int
) -> list[types.CodeAction]:
    """What can be done about the findings that touch the offsets from `start` to `end`; safe fixes are preferred."""
    touched = [finding for finding in findings if finding.span.start <= end and start <= finding.span.end]
    return [action for finding in touched for action in _actions(document, finding, uri, positions)]


def fix_all(document: Document, uri: str, positions: TextPositions, lint: Lint) -> list[types.CodeAction]:
    """All safe fixes as one action, as `ssmi lint --fix` makes them; none where there is nothing to fix."""
    outcome = fix_document(document, lint)
    if not outcome.applied:
        return []
    whole = types.TextEdit(positions.range(0, len(document.text)), outcome.document.text)
    return [
        types.CodeAction(
            title="make every safe fix of ssmi",
            kind=f"{types.CodeActionKind.SourceFixAll.value}.ssmi",
            edit=types.WorkspaceEdit(changes={uri: [whole]}),
        )
    ]


def _actions(document: Document, finding: Diagnostic, uri: str, positions: TextPositions) -> Iterator[types.CodeAction]:
    about = to_protocol([finding], uri, positions)
    fix = finding.fix
    if fix is not None and fix.edits and finding.path == document.path:
        safe = fix.applicability is Applicability.SAFE
        edits = [types.TextEdit(positions.span(edit.span), edit.new) for edit in fix.edits]
        yield types.CodeAction(
            title=fix.title if safe else f"{fix.title} (changes the method)",
            kind=types.CodeActionKind.QuickFix,
            diagnostics=about,
            is_preferred=safe,
            edit=types.WorkspaceEdit(changes={uri: edits}),
        )
    accept = _accept(document, finding)
    if accept is not None:
        offset, text = accept
        yield types.CodeAction(
            title=f"accept {finding.code} {finding.name} on this line",
            kind=types.CodeActionKind.QuickFix,
            diagnostics=about,
            edit=types.WorkspaceEdit(changes={uri: [types.TextEdit(positions.range(offset, offset), text)]}),
        )


def _accept(document: Document, finding: Diagnostic) -> tuple[int, str] | None:
    """Where a suppression comment goes, and its text; None where the rule cannot be silenced or the line has a comment."""
    rule = find_rule(finding.code)
    if rule is None or not rule.rule.suppressible or document.root is None:
        return None
    line = document.positions.line(finding.span.line)
    text = document.text[line.start : line.end]
    if "#" in text:
        return None
    return line.start + len(text.rstrip()), f" # ssmi: ignore[{finding.code}] reason"
