"""How many findings there are."""

from collections import Counter
from collections.abc import Sequence

from ssmi_dsl.diagnostics import Applicability, Diagnostic, Severity


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


def fixable(diagnostics: Sequence[Diagnostic], applicability: Applicability) -> int:
    """Findings whose fix has edits of this kind."""
    return sum(1 for item in diagnostics if item.fix and item.fix.edits and item.fix.applicability is applicability)


def fixable_line(diagnostics: Sequence[Diagnostic]) -> str:
    """`2 fixable by --fix, 1 more by --unsafe-fixes`; empty if none is."""
    safe, unsafe = fixable(diagnostics, Applicability.SAFE), fixable(diagnostics, Applicability.UNSAFE)
    parts = [f"{safe} fixable by --fix"] if safe else []
    parts += [f"{unsafe} {'more ' if safe else 'fixable '}by --unsafe-fixes"] if unsafe else []
    return ", ".join(parts)


def statistics(diagnostics: Sequence[Diagnostic]) -> str:
    """A line for each rule that found something, the most frequent first: count, code, `*` where a fix exists, name."""
    found = Counter((item.code, item.name) for item in diagnostics)
    has_fix = {item.code for item in diagnostics if item.fix is not None and item.fix.edits}
    rows = sorted(found.items(), key=lambda row: (-row[1], row[0]))
    width = len(str(rows[0][1])) if rows else 0
    return "\n".join(
        f"{count:>{width}}  {code}  [{'*' if code in has_fix else ' '}]  {name}" for (code, name), count in rows
    )
