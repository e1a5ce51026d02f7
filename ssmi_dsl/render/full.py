"""Findings with the source under them, in the manner of rustc."""

import unicodedata
from collections.abc import Mapping, Sequence
from functools import lru_cache
from itertools import groupby

from ssmi_dsl.diagnostics import Applicability, Diagnostic, Label, Patch, Span
from ssmi_dsl.positions import split_lines
from ssmi_dsl.render.patch_lines import patch_lines
from ssmi_dsl.render.report import Report
from ssmi_dsl.render.style import Style
from ssmi_dsl.wording import escape

TAB_WIDTH = 4
# columns of a source line that are shown around what is marked
MAX_WIDTH = 160
# lines of a fix; a longer one is named and not shown
MAX_PATCH_LINES = 12


def render(diagnostics: Sequence[Diagnostic], sources: Mapping[str, str], color: bool = False) -> str:
    """The findings, a blank line between them. A file that is not in `sources` is shown without its lines."""
    style = Style(color)
    paths = {diagnostic.path for diagnostic in diagnostics}
    lines = {path: split_lines(text) for path, text in sources.items() if path in paths}
    return "\n\n".join(_block(diagnostic, lines.get(diagnostic.path), style) for diagnostic in diagnostics)


def render_report(report: Report, color: bool) -> str:
    return render(report.diagnostics, report.sources, color)


def _block(diagnostic: Diagnostic, lines: Sequence[str] | None, style: Style) -> str:
    d = diagnostic
    places = [(d.span, d.label, True), *((label.span, label.text, False) for label in d.labels)]
    shown = lines is not None and d.span.line <= len(lines)
    gutter = max(len(str(span.line)) for span, _, _ in places)
    blank = " " * gutter
    head = style.severity(d.severity, f"{d.severity.value}[{d.code} {d.name}]") + style.strong(f": {escape(d.message)}")
    out = [head, f"{blank}{style.frame('-->')} {escape(d.path)}:{d.span.line}:{d.span.column}"]
    if shown and lines is not None:
        out.append(style.frame(f"{blank} |"))
        out.extend(_source(d, lines, gutter, style))
        if d.notes or d.help or d.fix:
            out.append(style.frame(f"{blank} |"))
    for kind, text in [*(("note", note) for note in d.notes), *([("help", d.help)] if d.help else [])]:
        out.extend(_remark(kind, text, blank, style))
    if d.fix is not None:
        out.extend(_remark("fix", f"{d.fix.title} ({how_to_apply(d.fix)})", blank, style))
        out.extend(_patch(d.fix, lines, gutter, style) if shown and lines is not None else [])
    return "\n".join(out)


def how_to_apply(fix: Patch) -> str:
    """`safe: --fix`, `unsafe: --unsafe-fixes`, or why neither."""
    if fix.refused:
        return f"not applied: {fix.refused}"
    if not fix.edits or fix.applicability is Applicability.MANUAL:
        return "by hand"
    return "safe: --fix" if fix.applicability is Applicability.SAFE else "unsafe: --unsafe-fixes"


def _patch(fix: Patch, lines: Sequence[str], gutter: int, style: Style) -> list[str]:
    changed = patch_lines(fix, lines)
    if not changed or len(changed) > MAX_PATCH_LINES:
        return []
    out = [style.frame(" " * gutter + " |")]
    for sign, number, text in changed:
        cells = [_cell(character) for character in text[: 4 * MAX_WIDTH]]
        out.append(style.patch(sign, f"{number:>{gutter}} {sign} {_fit(cells, 0, len(cells) < len(text))}".rstrip()))
    return out


def _remark(kind: str, text: str, blank: str, style: Style) -> list[str]:
    first, *rest = split_lines(text)
    indent = blank + " " * len(f" = {kind}: ")
    return [
        f"{blank} {style.frame('=')} {style.strong(f'{kind}:')} {escape(first)}",
        *(indent + escape(line) for line in rest),
    ]


def _source(d: Diagnostic, lines: Sequence[str], gutter: int, style: Style) -> list[str]:
    marks = [(Label(d.span, d.label), True), *((label, False) for label in d.labels if label.span.line <= len(lines))]
    marks.sort(key=lambda mark: (mark[0].span.line, not mark[1], mark[0].span.column))
    out: list[str] = []
    previous: int | None = None
    for number, group in groupby(marks, key=lambda mark: mark[0].span.line):
        if previous is not None and number > previous + 1:
            out.append(style.frame("..."))
        previous = number
        items = list(group)
        line = lines[number - 1]
        # the rest of a line of a megabyte is not even looked at
        skipped = max(0, items[0][0].span.column - 1 - MAX_WIDTH) if len(line) > 4 * MAX_WIDTH else 0
        cells = [_cell(character) for character in line[skipped : skipped + 4 * MAX_WIDTH]]
        first = _window(cells, items[0][0].span.column - 1 - skipped)
        is_cut = first > 0 or skipped > 0
        text = ("…" if is_cut else "") + _fit(cells, first, skipped + len(cells) < len(line))
        out.append(f"{style.frame(f'{number:>{gutter}} |')} {text}".rstrip())
        for label, primary in items:
            offset, marker = _underline(label.span, cells, skipped, first, "^" if primary else "-")
            offset += is_cut
            text = f"{marker} {escape(label.text)}".rstrip()
            painted = style.severity(d.severity, text) if primary else style.frame(text)
            out.append(f"{style.frame(' ' * gutter + ' |')} {' ' * offset}{painted}")
    return out


@lru_cache(maxsize=1024)  # lines of many findings are of few characters
def _cell(character: str) -> str:
    return " " * TAB_WIDTH if character == "\t" else escape(character)


def _window(cells: Sequence[str], column: int) -> int:
    """The first cell to show, so that the one at `column` is inside of `MAX_WIDTH`."""
    if _width(cells[: column + 1]) <= MAX_WIDTH * 3 // 4:
        return 0
    first, used = min(column, len(cells)), 0
    while first > 0 and used < MAX_WIDTH // 2:
        first -= 1
        used += _width(cells[first : first + 1])
    return first


def _fit(cells: Sequence[str], first: int, more: bool) -> str:
    last, used = first, 0
    while last < len(cells) and used < MAX_WIDTH:
        used += _width(cells[last : last + 1])
        last += 1
    return "".join(cells[first:last]) + ("…" if more or last < len(cells) else "")


def _underline(span: Span, cells: Sequence[str], skipped: int, first: int, sign: str) -> tuple[int, str]:
    """Columns before the marker, and the marker; a span of several lines is marked on its first."""
    start = max(span.column - 1 - skipped, first)
    end = max(span.end_column - 1 - skipped, start) if span.end_line == span.line else len(cells)
    offset = min(_width(cells[first:start]), MAX_WIDTH)
    length = min(_width(cells[start:end]), MAX_WIDTH - offset)
    return offset, sign * max(length, 1)


def _width(cells: Sequence[str]) -> int:
    return sum(_columns(character) for cell in cells for character in cell)


@lru_cache(maxsize=1024)
def _columns(character: str) -> int:
    if unicodedata.combining(character) or unicodedata.category(character) in {"Mn", "Me"}:
        return 0
    return 2 if unicodedata.east_asian_width(character) in "WF" else 1
