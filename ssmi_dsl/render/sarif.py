"""SARIF 2.1.0, for code scanning: https://docs.oasis-open.org/sarif/sarif/v2.1.0/sarif-v2.1.0.html."""

import json
import os
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any
from urllib.parse import quote

from ssmi_dsl.diagnostics import Applicability, Diagnostic, Severity, Span
from ssmi_dsl.lint.fingerprint import fingerprints, json_pointer
from ssmi_dsl.render.paths import relative_path, report_root
from ssmi_dsl.render.report import Report
from ssmi_dsl.rules import RuleModule, find_rule
from ssmi_dsl.version import VERSION
from ssmi_dsl.wording import escape

SCHEMA = "https://json.schemastore.org/sarif-2.1.0.json"
ROOT = "PROJECTROOT"
# what GitHub takes in one file
MAX_RESULTS = 25_000

_LEVELS = {Severity.ERROR: "error", Severity.WARNING: "warning", Severity.INFO: "note"}


def render_report(report: Report, color: bool) -> str:
    """One run; `results` is there also when it is empty."""
    root = Path(os.path.abspath(report_root()))
    shown = report.diagnostics[:MAX_RESULTS]
    codes = sorted({item.code for item in shown})
    marks = fingerprints(shown)
    run: dict[str, Any] = {
        "tool": {
            "driver": {
                "name": "ssmi",
                "version": VERSION,
                "semanticVersion": VERSION,
                "rules": [_rule(code, shown) for code in codes],
            }
        },
        "columnKind": "unicodeCodePoints",
        "originalUriBaseIds": {ROOT: {"uri": root.as_uri().rstrip("/") + "/"}},
        "artifacts": [{"location": _location(file, root)} for file in report.files],
        "invocations": [{"executionSuccessful": True, "exitCode": report.exit_code}],
        "results": [_result(item, codes.index(item.code), mark, root) for item, mark in zip(shown, marks, strict=True)],
    }
    return json.dumps({"$schema": SCHEMA, "version": "2.1.0", "runs": [run]}, indent=2, ensure_ascii=True)


def _rule(code: str, shown: Sequence[Diagnostic]) -> dict[str, Any]:
    module: RuleModule | None = find_rule(code)
    if module is None:
        name = next(item.name for item in shown if item.code == code)
        return {"id": code, "name": name}
    rule = module.rule
    return {
        "id": code,
        "name": rule.name,
        "shortDescription": {"text": rule.summary},
        "fullDescription": {"text": rule.summary},
        "help": {"text": module.page, "markdown": module.page},
        "defaultConfiguration": {"level": _LEVELS[rule.severity]},
        "properties": {
            "tags": [code[:2]],
            "problem.severity": _LEVELS[rule.severity].replace("note", "recommendation"),
        },
    }


def _result(item: Diagnostic, index: int, fingerprint: str, root: Path) -> dict[str, Any]:
    result: dict[str, Any] = {
        "ruleId": item.code,
        "ruleIndex": index,
        "level": _LEVELS[item.severity],
        "message": {"text": "\n".join(filter(None, (item.message, *item.notes, item.help)))},
        "locations": [_place(item.path, item.span, root, pointer=json_pointer(item.loc))],
        "partialFingerprints": {"ssmi/v1": fingerprint},
    }
    if item.labels:
        result["relatedLocations"] = [
            {"id": number, **_place(item.path, label.span, root), "message": {"text": label.text}}
            for number, label in enumerate(item.labels, 1)
        ]
    if item.fix is not None and item.fix.edits and item.fix.applicability is not Applicability.MANUAL:
        result["fixes"] = [
            {
                "description": {"text": f"{item.fix.title} ({item.fix.applicability.value})"},
                "artifactChanges": [
                    {
                        "artifactLocation": _location(item.path, root),
                        "replacements": [
                            {"deletedRegion": _region(edit.span), "insertedContent": {"text": edit.new}}
                            for edit in item.fix.edits
                        ],
                    }
                ],
            }
        ]
    return result


def _place(path: str, span: Span, root: Path, pointer: str = "") -> dict[str, Any]:
    place: dict[str, Any] = {"physicalLocation": {"artifactLocation": _location(path, root), "region": _region(span)}}
    if pointer:
        place["logicalLocations"] = [{"fullyQualifiedName": pointer, "kind": "element"}]
    return place


def _location(path: str, root: Path) -> Mapping[str, str]:
    if path.startswith("<"):
        return {"uri": quote(path.strip("<>")) or "stdin"}
    relative = relative_path(path, str(root))
    if relative.startswith("/") or ":" in relative[:3]:
        return {"uri": Path(relative).as_uri()}
    return {"uri": quote(os.fsencode(relative) if _is_encodable(relative) else escape(relative)), "uriBaseId": ROOT}


def _is_encodable(path: str) -> bool:
    try:
        os.fsencode(path)
    except UnicodeEncodeError:
        return False
    return True


def _region(span: Span) -> dict[str, int]:
    return {
        "startLine": span.line,
        "startColumn": span.column,
        "endLine": span.end_line,
        "endColumn": span.end_column,
    }
