"""A Code Quality report for GitLab: its paths are relative to the checkout."""

import json

from ssmi_dsl.diagnostics import Severity
from ssmi_dsl.lint.fingerprint import fingerprints
from ssmi_dsl.render.paths import relative_path, report_root
from ssmi_dsl.render.report import Report
from ssmi_dsl.wording import escape

_SEVERITIES = {Severity.ERROR: "major", Severity.WARNING: "minor", Severity.INFO: "info"}


def render_report(report: Report, color: bool) -> str:
    """A JSON list, also when it is empty."""
    root = report_root()
    entries = [
        {
            "description": f"{item.code} {item.name}: {escape(item.message)}",
            "check_name": item.code,
            "fingerprint": fingerprint,
            "severity": _SEVERITIES[item.severity],
            "location": {
                "path": escape(relative_path(item.path, root)),
                "lines": {"begin": item.span.line, "end": item.span.end_line},
            },
        }
        for item, fingerprint in zip(report.diagnostics, fingerprints(report.diagnostics), strict=True)
    ]
    return json.dumps(entries, indent=2, ensure_ascii=True)
