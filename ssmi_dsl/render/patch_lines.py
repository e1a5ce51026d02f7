"""The lines that a fix changes, before and after."""

from collections.abc import Sequence
from itertools import groupby

from ssmi_dsl.diagnostics import Patch, TextEdit
from ssmi_dsl.positions import split_lines

# sign, line number, text
Line = tuple[str, int, str]


def patch_lines(fix: Patch, lines: Sequence[str]) -> list[Line]:
    """`-` and `+` lines of every edit, in order; a new line carries the number that it is put behind or takes over."""
    edits = sorted(fix.edits, key=lambda edit: edit.span.start)
    out: list[Line] = []
    for _, group in groupby(edits, key=lambda edit: edit.span.line):
        out += _group(list(group), lines)
    return out


def _group(edits: Sequence[TextEdit], lines: Sequence[str]) -> list[Line]:
    first, last = edits[0].span.line, edits[-1].span.end_line
    if last > len(lines):
        return []
    old = list(lines[first - 1 : last])
    text = "\n".join(old)
    for edit in reversed(edits):
        start = _offset(old, edit.span.line - first, edit.span.column)
        end = _offset(old, edit.span.end_line - first, edit.span.end_column)
        text = text[:start] + "\n".join(split_lines(edit.new)) + text[end:]
    new = text.split("\n")
    while old and new and old[0] == new[0]:
        old, new, first = old[1:], new[1:], first + 1
    while old and new and old[-1] == new[-1]:
        old, new = old[:-1], new[:-1]
    removed: list[Line] = [("-", first + index, line) for index, line in enumerate(old)]
    return removed + [("+", first + index, line) for index, line in enumerate(new)]


def _offset(lines: Sequence[str], index: int, column: int) -> int:
    return sum(len(line) + 1 for line in lines[:index]) + column - 1
