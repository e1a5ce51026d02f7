"""One JSON object with every finding, schema `ssmi.lint/1`. Keys are only ever added to it."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import Any

from ssmi_dsl.diagnostics import Diagnostic, Severity
from ssmi_dsl.render.summary import counts

SCHEMA = "ssmi.lint/1"


def render(diagnostics: Sequence[Diagnostic], sources: Mapping[str, str], color: bool = False) -> str:
    """ASCII JSON. `sources` are the files that were read; JSON is never coloured."""
    return json.dumps(payload(diagnostics, sources), indent=2, ensure_ascii=True)


def payload(diagnostics: Sequence[Diagnostic], sources: Mapping[str, str]) -> dict[str, Any]:
    """The object that `render` writes."""
    found = counts(diagnostics)
    return {
        "schema": SCHEMA,
        "diagnostics": [_entry(diagnostic) for diagnostic in diagnostics],
        "summary": {
            "files": len(sources),
            "errors": found[Severity.ERROR],
            "warnings": found[Severity.WARNING],
            "infos": found[Severity.INFO],
        },
    }


def _entry(diagnostic: Diagnostic) -> dict[str, Any]:
    return {
        "code": diagnostic.code,
        "name": diagnostic.name,
        "severity": diagnostic.severity.value,
        "message": diagnostic.message,
        "path": diagnostic.path,
        "loc": list(diagnostic.loc),
        "span": asdict(diagnostic.span),
        "label": diagnostic.label,
        "labels": [{"span": asdict(label.span), "text": label.text} for label in diagnostic.labels],
        "notes": list(diagnostic.notes),
        "help": diagnostic.help,
    }
