"""One JSON object with every finding, schema `ssmi.lint/1`. Keys are only ever added to it."""

import json
from collections.abc import Mapping, Sequence
from typing import Any

from ssmi_dsl.diagnostics import Applicability, Diagnostic, Patch, Severity
from ssmi_dsl.lint.fingerprint import fingerprints, json_pointer
from ssmi_dsl.render.report import Report
from ssmi_dsl.render.summary import counts, fixable
from ssmi_dsl.version import VERSION

SCHEMA = "ssmi.lint/1"


def render(diagnostics: Sequence[Diagnostic], sources: Mapping[str, str], color: bool = False) -> str:
    """ASCII JSON. `sources` are the files that were read; JSON is never coloured."""
    return render_report(Report(diagnostics, sources, tuple(sources)), color)


def render_report(report: Report, color: bool) -> str:
    return json.dumps(payload(report), indent=2, ensure_ascii=True)


def render_error(message: str, exit_code: int) -> str:
    """The document of a run that could not be made."""
    return json.dumps({"schema": SCHEMA, "error": {"message": message, "exit_code": exit_code}}, indent=2)


def payload(report: Report) -> dict[str, Any]:
    """The object that `render_report` writes."""
    found = counts(report.diagnostics)
    marks = fingerprints(report.diagnostics)
    return {
        "schema": SCHEMA,
        "version": VERSION,
        "diagnostics": [_entry(item, mark) for item, mark in zip(report.diagnostics, marks, strict=True)],
        "summary": {
            "files": len(report.files),
            "errors": found[Severity.ERROR],
            "warnings": found[Severity.WARNING],
            "infos": found[Severity.INFO],
        },
        "fixable": {
            kind.value: fixable(report.diagnostics, kind) for kind in (Applicability.SAFE, Applicability.UNSAFE)
        },
        "fixed": report.fixed,
        "exit_code": report.exit_code,
    }


def _entry(diagnostic: Diagnostic, fingerprint: str) -> dict[str, Any]:
    return {
        "code": diagnostic.code,
        "name": diagnostic.name,
        "severity": diagnostic.severity.value,
        "message": diagnostic.message,
        "path": diagnostic.path,
        "loc": list(diagnostic.loc),
        "json_pointer": json_pointer(diagnostic.loc),
        "span": diagnostic.span._asdict(),
        "label": diagnostic.label,
        "labels": [{"span": label.span._asdict(), "text": label.text} for label in diagnostic.labels],
        "notes": list(diagnostic.notes),
        "help": diagnostic.help,
        "fix": _fix(diagnostic.fix) if diagnostic.fix is not None else None,
        "fingerprint": fingerprint,
    }


def _fix(fix: Patch) -> dict[str, Any]:
    return {
        "title": fix.title,
        "applicability": fix.applicability.value,
        "refused": fix.refused,
        "edits": [{"span": edit.span._asdict(), "old": edit.old, "new": edit.new} for edit in fix.edits],
    }
