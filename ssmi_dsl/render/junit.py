"""JUnit XML: a suite for each linted file, in it a case for each finding, or one that passed."""

import re
from collections.abc import Sequence
from xml.sax.saxutils import escape as escape_xml
from xml.sax.saxutils import quoteattr

from ssmi_dsl.diagnostics import Diagnostic
from ssmi_dsl.render.report import Report
from ssmi_dsl.wording import escape

# what XML 1.0 cannot hold in any spelling
_FORBIDDEN = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def render_report(report: Report, color: bool) -> str:
    """A document also when no file was linted."""
    by_file: dict[str, list[Diagnostic]] = {file: [] for file in report.files}
    for item in report.diagnostics:
        by_file.setdefault(item.path, []).append(item)
    total, failures = sum(max(len(items), 1) for items in by_file.values()), len(report.diagnostics)
    suites = [_suite(file, items) for file, items in by_file.items()]
    head = f'<testsuites name="ssmi lint" tests="{total}" failures="{failures}" errors="0">'
    return "\n".join(['<?xml version="1.0" encoding="UTF-8"?>', head, *suites, "</testsuites>"])


def _suite(file: str, items: Sequence[Diagnostic]) -> str:
    cases = [_case(item) for item in items] or [f'    <testcase name="no findings" classname={_attribute(file)}/>']
    head = f'  <testsuite name={_attribute(file)} tests="{len(cases)}" failures="{len(items)}" errors="0" skipped="0">'
    return "\n".join([head, *cases, "  </testsuite>"])


def _case(item: Diagnostic) -> str:
    place = f"{item.path}:{item.span.line}:{item.span.column}"
    text = "\n".join(filter(None, (f"{place}: {item.message}", *item.notes, f"help: {item.help}" if item.help else "")))
    return (
        f"    <testcase name={_attribute(f'{item.code} {item.name}')} classname={_attribute(item.path)}"
        f' file={_attribute(item.path)} line="{item.span.line}">\n'
        f'      <failure type="{item.severity.value}" message={_attribute(item.message)}>{_text(text)}</failure>\n'
        "    </testcase>"
    )


def _attribute(text: str) -> str:
    return quoteattr(_FORBIDDEN.sub("\ufffd", escape(text)))


def _text(text: str) -> str:
    return escape_xml("\n".join(_FORBIDDEN.sub("\ufffd", escape(line)) for line in text.split("\n")))
