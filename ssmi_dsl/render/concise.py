"""One line for each finding: `path:line:col: error SD001 name: message`."""

from collections.abc import Mapping, Sequence

from ssmi_dsl.diagnostics import Diagnostic
from ssmi_dsl.render.report import Report
from ssmi_dsl.render.style import Style
from ssmi_dsl.wording import escape


def render(diagnostics: Sequence[Diagnostic], sources: Mapping[str, str], color: bool = False) -> str:
    """The lines, without a line break after the last. `sources` is not needed for this format."""
    style = Style(color)
    return "\n".join(
        f"{escape(d.path)}:{d.span.line}:{d.span.column}: "
        f"{style.severity(d.severity, d.severity.value)} {d.code} {d.name}: {escape(d.message)}"
        for d in diagnostics
    )


def render_report(report: Report, color: bool) -> str:
    return render(report.diagnostics, report.sources, color)
