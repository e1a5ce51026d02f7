"""Findings as JSON and back, whole: for the cache."""

from collections.abc import Mapping
from typing import Any, cast

from ssmi_dsl.diagnostics import Applicability, Change, Diagnostic, Label, Patch, Severity, Span, TextEdit


def to_record(item: Diagnostic) -> dict[str, Any]:
    """A JSON value that `from_record` reads."""
    return {
        "code": item.code,
        "name": item.name,
        "severity": item.severity.value,
        "message": item.message,
        "path": item.path,
        "span": _from_span(item.span),
        "label": item.label,
        "labels": [[_from_span(label.span), label.text] for label in item.labels],
        "notes": list(item.notes),
        "help": item.help,
        "loc": list(item.loc),
        "fix": None if item.fix is None else _from_patch(item.fix),
    }


def from_record(record: Mapping[str, Any]) -> Diagnostic:
    """The finding. Raises KeyError, TypeError or ValueError if it is not one."""
    return Diagnostic(
        code=_text(record["code"]),
        name=_text(record["name"]),
        severity=Severity(record["severity"]),
        message=_text(record["message"]),
        path=_text(record["path"]),
        span=_to_span(record["span"]),
        label=_text(record["label"]),
        labels=tuple(Label(_to_span(span), _text(text)) for span, text in record["labels"]),
        notes=tuple(_text(note) for note in record["notes"]),
        help=None if record["help"] is None else _text(record["help"]),
        loc=tuple(record["loc"]),
        fix=None if record["fix"] is None else _to_patch(record["fix"]),
    )


def _from_patch(patch: Patch) -> dict[str, Any]:
    return {
        "title": patch.title,
        "applicability": patch.applicability.value,
        "edits": [[_from_span(edit.span), edit.old, edit.new] for edit in patch.edits],
        "refused": patch.refused,
        "changes": [[change.kind, list(change.loc), change.value, change.key] for change in patch.changes],
    }


def _to_patch(record: Mapping[str, Any]) -> Patch:
    return Patch(
        title=_text(record["title"]),
        applicability=Applicability(record["applicability"]),
        edits=tuple(TextEdit(_to_span(span), _text(old), _text(new)) for span, old, new in record["edits"]),
        refused=record["refused"],
        changes=tuple(Change(kind, tuple(loc), value, key) for kind, loc, value, key in record["changes"]),
    )


def _from_span(span: Span) -> list[int]:
    return [span.start, span.end, span.line, span.column, span.end_line, span.end_column]


def _to_span(record: object) -> Span:
    numbers = cast(list[object], record)
    if len(numbers) != 6 or not all(isinstance(number, int) for number in numbers):
        raise ValueError("a span is six integers")
    return Span(*cast(list[int], numbers))


def _text(value: object) -> str:
    if not isinstance(value, str):
        raise TypeError("text is needed")
    return value
