"""How many findings there are."""

from collections import Counter
from collections.abc import Sequence

from ssmi_dsl.diagnostics import Diagnostic, Severity


def counts(diagnostics: Sequence[Diagnostic]) -> dict[Severity, int]:
    """Findings per severity, heaviest first, zeros included."""
    found = Counter(diagnostic.severity for diagnostic in diagnostics)
    return {severity: found[severity] for severity in Severity}


def summary_line(diagnostics: Sequence[Diagnostic]) -> str:
    """`2 errors, 1 warning`, or `no findings`."""
    nouns = {Severity.ERROR: "error", Severity.WARNING: "warning", Severity.INFO: "note"}
    parts = [
        f"{count} {nouns[severity]}{'' if count == 1 else 's'}"
        for severity, count in counts(diagnostics).items()
        if count
    ]
    return ", ".join(parts) or "no findings"
