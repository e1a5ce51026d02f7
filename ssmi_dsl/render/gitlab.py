"""A Code Quality report for GitLab: paths are relative to `CI_PROJECT_DIR`, or to the current folder."""

import json
import os
from pathlib import PurePath

from ssmi_dsl.diagnostics import Severity
from ssmi_dsl.lint.fingerprint import fingerprints
from ssmi_dsl.render.report import Report
from ssmi_dsl.wording import escape

_SEVERITIES = {Severity.ERROR: "major", Severity.WARNING: "minor", Severity.INFO: "info"}


def render_report(report: Report, color: bool) -> str:
    """A JSON list, also when it is empty."""
    root = os.environ.get("CI_PROJECT_DIR") or os.getcwd()
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


def relative_path(path: str, root: str) -> str:
    """With forward slashes, relative to `root` where the file is below it."""
    if path.startswith("<"):
        return path
    # as it was named, links not followed: that is where a reader of the report looks
    whole = PurePath(os.path.abspath(path))
    try:
        return whole.relative_to(os.path.abspath(root)).as_posix()
    except ValueError:
        return whole.as_posix()
