"""Applying fixes to a text in rounds: lint, choose fixes that do not meet, edit, read and lint again, until nothing is left to do."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from ssmi_dsl.diagnostics import Applicability, Diagnostic, Patch, Severity
from ssmi_dsl.document import Document, read_document
from ssmi_dsl.fixes.patching import edited, reads_as_meant

MAX_ROUNDS = 10

Lint = Callable[[Document], Sequence[Diagnostic]]
# what stays the same of a finding when lines move
Key = tuple[str, str, str]


@dataclass(frozen=True)
class Outcome:
    """A text after its fixes. `applied` are the findings that were fixed; `findings` are what is left, dropped fixes shown as manual."""

    document: Document
    applied: tuple[Diagnostic, ...]
    findings: tuple[Diagnostic, ...]


def fix_document(document: Document, lint: Lint, *, unsafe: bool = False) -> Outcome:
    """Apply the safe fixes, or the unsafe ones too, of everything that `lint` finds in `document`.

    A fix whose result would add a finding, or not read as meant, is dropped. At most `MAX_ROUNDS` rounds are made.
    """
    applied: list[Diagnostic] = []
    dropped: set[tuple[Key, str]] = set()
    findings = tuple(lint(document))
    for _ in range(MAX_ROUNDS):
        chosen = _choose(findings, document, unsafe, dropped)
        if not chosen:
            break
        result = _attempt(document, findings, chosen, lint)
        if result is None:
            if len(chosen) == 1:
                dropped.add((_key(chosen[0]), chosen[0].fix.title if chosen[0].fix else ""))
                continue
            chosen = chosen[:1]
            result = _attempt(document, findings, chosen, lint)
            if result is None:
                dropped.add((_key(chosen[0]), chosen[0].fix.title if chosen[0].fix else ""))
                continue
        document, findings = result
        applied.extend(chosen)
    return Outcome(document, tuple(applied), tuple(_shown(item, dropped) for item in findings))


def applicable(diagnostic: Diagnostic, *, unsafe: bool) -> bool:
    """Whether --fix, or --unsafe-fixes, applies the fix of this finding."""
    fix = diagnostic.fix
    if fix is None or not fix.edits:
        return False
    return fix.applicability is Applicability.SAFE or (unsafe and fix.applicability is Applicability.UNSAFE)


def _choose(
    findings: Sequence[Diagnostic], document: Document, unsafe: bool, dropped: set[tuple[Key, str]]
) -> list[Diagnostic]:
    """Findings whose fixes can be made in one go: the first by code wins where two meet; the other waits for the next round."""
    chosen: list[Diagnostic] = []
    taken: list[tuple[int, int]] = []
    seen: list[Patch] = []
    for item in sorted(findings, key=lambda item: (item.code, item.span.start)):
        fix = item.fix
        if fix is None or item.path != document.path or not applicable(item, unsafe=unsafe):
            continue
        if (_key(item), fix.title) in dropped:
            continue
        if any(fix.edits == other.edits for other in seen):
            continue
        ranges = [(edit.span.start, edit.span.end) for edit in fix.edits]
        if any(start <= last and first <= end for start, end in ranges for first, last in taken):
            continue
        taken.extend(ranges)
        seen.append(fix)
        chosen.append(item)
    return chosen


def _attempt(
    document: Document, findings: Sequence[Diagnostic], chosen: Sequence[Diagnostic], lint: Lint
) -> tuple[Document, tuple[Diagnostic, ...]] | None:
    patches = [item.fix for item in chosen if item.fix is not None]
    text = edited(document.text, [edit for patch in patches for edit in patch.edits])
    if not reads_as_meant(document, text, [change for patch in patches for change in patch.changes]):
        return None
    after_document = read_document(text, document.path)
    after = tuple(lint(after_document))
    known = {_key(item) for item in findings}
    was_understood = not any(_hides_others(item) for item in findings)
    grown = [item for item in after if _key(item) not in known and (was_understood or _hides_others(item))]
    return None if grown else (after_document, after)


def _hides_others(item: Diagnostic) -> bool:
    """Whether the rules on the method did not run because of this finding: what they find once it is fixed is not new."""
    return item.code.startswith("SY") and item.severity is Severity.ERROR


def _key(item: Diagnostic) -> Key:
    return (item.code, "/".join(map(str, item.loc)), item.message)


def _shown(item: Diagnostic, dropped: set[tuple[Key, str]]) -> Diagnostic:
    fix = item.fix
    if fix is None or (_key(item), fix.title) not in dropped:
        return item
    refused = "it would cause another finding"
    return replace(item, fix=replace(fix, applicability=Applicability.MANUAL, refused=refused))
