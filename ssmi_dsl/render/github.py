"""Annotations of a GitHub Actions run: one workflow command for each finding.

GitHub shows the first ten of a step; the summary on standard error counts them all.
"""

from ssmi_dsl.diagnostics import Diagnostic, Severity
from ssmi_dsl.render.paths import relative_path, report_root
from ssmi_dsl.render.report import Report
from ssmi_dsl.wording import escape

_COMMANDS = {Severity.ERROR: "error", Severity.WARNING: "warning", Severity.INFO: "notice"}


def render_report(report: Report, color: bool) -> str:
    """Never coloured; empty if nothing was found."""
    root = report_root()
    return "\n".join(_command(item, root) for item in report.diagnostics)


def step_summary(report: Report) -> str:
    """A table in Markdown for `$GITHUB_STEP_SUMMARY`."""
    rows = [
        f"| {item.severity.value} | {item.code} {item.name} | {_cell(item.path)}:{item.span.line} | {_cell(item.message)} |"
        for item in report.diagnostics
    ]
    head = ["| severity | rule | place | message |", "| --- | --- | --- | --- |"]
    return "\n".join(["### ssmi lint", "", *(head + rows if rows else ["no findings"]), ""])


def _command(item: Diagnostic, root: str) -> str:
    span = item.span
    places = [("file", relative_path(item.path, root)), ("line", span.line), ("endLine", span.end_line)]
    if span.line == span.end_line:
        places += [("col", span.column), ("endColumn", max(span.end_column, span.column + 1))]
    places.append(("title", f"{item.code} {item.name}"))
    properties = ",".join(f"{key}={_property(str(value))}" for key, value in places)
    message = escape(item.message) + (f"\nhelp: {escape(item.help)}" if item.help else "")
    return f"::{_COMMANDS[item.severity]} {properties}::{_data(message)}"


def _data(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(escape(text)).replace(":", "%3A").replace(",", "%2C")


def _cell(text: str) -> str:
    for character in "\\`|<>*_[]&":
        text = text.replace(character, f"&#{ord(character)};")
    return escape(text)
