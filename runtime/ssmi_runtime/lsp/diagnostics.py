"""Findings as diagnostics of the protocol."""

from collections.abc import Sequence

from lsprotocol import types

from ssmi_dsl.diagnostics import Diagnostic, Severity
from ssmi_runtime.lsp.positions import TextPositions

SOURCE = "ssmi"
_SEVERITY = {
    Severity.ERROR: types.DiagnosticSeverity.Error,
    Severity.WARNING: types.DiagnosticSeverity.Warning,
    Severity.INFO: types.DiagnosticSeverity.Information,
}
_UNNECESSARY = frozenset({"SY014"})


def to_protocol(findings: Sequence[Diagnostic], uri: str, positions: TextPositions) -> list[types.Diagnostic]:
    """The findings of one text in the order in which they are given."""
    return [_diagnostic(finding, uri, positions) for finding in findings]


def _diagnostic(finding: Diagnostic, uri: str, positions: TextPositions) -> types.Diagnostic:
    remarks = [finding.message, *finding.notes, *([f"help: {finding.help}"] if finding.help else [])]
    related = [
        types.DiagnosticRelatedInformation(types.Location(uri, positions.span(label.span)), label.text)
        for label in finding.labels
    ]
    return types.Diagnostic(
        range=positions.span(finding.span),
        message="\n".join(remarks),
        severity=_SEVERITY[finding.severity],
        code=finding.code,
        source=SOURCE,
        tags=[types.DiagnosticTag.Unnecessary] if finding.code in _UNNECESSARY else None,
        related_information=related or None,
        data={"name": finding.name},
    )
