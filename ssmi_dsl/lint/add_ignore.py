"""Suppression comments for what is found, written into the file: `--add-ignore`."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from ssmi_dsl.diagnostics import Diagnostic, TextEdit
from ssmi_dsl.document import Document, Suppression, read_document
from ssmi_dsl.fixes.patching import edited
from ssmi_dsl.fixes.tree import same_tree
from ssmi_dsl.rules import find_rule

_LINE_BREAK = re.compile(r"\r\n|\r|\n")


@dataclass(frozen=True)
class Added:
    """The document with suppressions for `silenced`; for `left` no comment can be written, or none is allowed."""

    document: Document
    silenced: tuple[Diagnostic, ...]
    left: tuple[Diagnostic, ...]


def add_ignores(document: Document, diagnostics: Sequence[Diagnostic], reason: str = "") -> Added:
    """A comment `# ssmi: ignore[CODES] reason` for every finding of `document` whose rule can be silenced.

    It stands at the end of the line of the finding, or joins the suppression that is there; if no comment fits there (inside of a
    text of several lines) it takes a line of its own above, and if that is not possible either, none is written.
    """
    own = [item for item in diagnostics if item.path == document.path]
    lines: dict[int, list[Diagnostic]] = {}
    for item in own:
        if _can_be_silenced(item):
            lines.setdefault(item.span.line, []).append(item)
    silenced: list[Diagnostic] = []
    # from the end, so that lines above keep their numbers
    for line, items in sorted(lines.items(), reverse=True):
        codes = list(dict.fromkeys(item.code for item in items))
        changed = next(
            filter(None, (_tried(document, edit, line) for edit in _edits(document, line, codes, reason))), None
        )
        if changed is not None:
            document = changed
            silenced.extend(items)
    left = tuple(item for item in own if item not in silenced)
    return Added(document, tuple(silenced), left)


def _can_be_silenced(item: Diagnostic) -> bool:
    module = find_rule(item.code)
    return module is not None and module.rule.suppressible and item.code not in ("SY014", "SY015", "SY016")


def _edits(document: Document, line: int, codes: Sequence[str], reason: str) -> list[TextEdit]:
    """Ways to write the comment, the best first."""
    there = next((item for item in document.suppressions if item.line == line and not item.standalone), None)
    there = there or next((item for item in document.suppressions if item.covers == line), None)
    if there is not None:
        return [_joined(there, codes)]
    span = document.positions.line(line)
    text = document.text[span.start : span.end]
    comment = f"# ssmi: ignore[{', '.join(codes)}]" + (f" {reason}" if reason else "")
    kept = len(text.rstrip())
    first = _LINE_BREAK.search(document.text)
    above = text[: len(text) - len(text.lstrip())] + comment + (first.group() if first else "\n")
    end, start = document.positions.span(span.start + kept, span.end), document.positions.span(span.start, span.start)
    return [TextEdit(end, text[kept:], f" {comment}"), TextEdit(start, "", above)]


def _joined(there: Suppression, codes: Sequence[str]) -> TextEdit:
    all_codes = list(dict.fromkeys((*there.codes, *codes)))
    head, bracket, rest = there.text.partition("[")
    after = rest.partition("]")[2] if bracket else there.text.partition("ignore")[2]
    head = head if bracket else there.text.partition("ignore")[0] + "ignore"
    return TextEdit(there.span, there.text, f"{head}[{', '.join(all_codes)}]{after}")


def _tried(document: Document, edit: TextEdit, line: int) -> Document | None:
    """The document after `edit`, if it reads as the same tree and its suppression covers what it was written for."""
    result = read_document(edited(document.text, [edit]), document.path)
    moved = 1 if edit.new.endswith(("\n", "\r")) else 0
    covered = any(item.covers == line + moved for item in result.suppressions)
    return result if covered and result.data is not None and same_tree(result.data, document.data) else None
