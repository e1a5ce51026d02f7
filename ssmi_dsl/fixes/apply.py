"""Applying fixes to a text in rounds: lint, choose fixes that do not meet, edit, read and lint again, until nothing is left to do."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from ssmi_dsl.diagnostics import Applicability, Diagnostic, Patch, Severity
from ssmi_dsl.document import Document, read_document
from ssmi_dsl.fixes.patching import edited, reads_as_meant

MAX_ROUNDS = 10

Lint = Callable[[Document], Sequence[Diagnostic]]
# code, path or message, title of the fix: what stays the same of a finding when lines move
Key = tuple[str, str, str]

_RULES = 4
_STAGES = {
    **dict.fromkeys(("SY001", "SY003", "SY008", "SY009", "SY010", "SY013"), 0),
    **dict.fromkeys(("SY002", "SY004", "SY005", "SY006", "SY007"), 2),
    **dict.fromkeys(("SY011", "SY012"), 3),
}


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
    dropped: set[Key] = set()
    findings = tuple(lint(document))
    for _ in range(MAX_ROUNDS):
        chosen = _choose(findings, document, unsafe, dropped)
        if not chosen:
            break
        result = _attempt(document, findings, chosen, lint)
        if result is None:
            bad = [item for item in chosen if _attempt(document, findings, [item], lint) is None]
            dropped.update(map(_key, bad))
            # each is right alone and together they are not: the first goes first
            chosen = [] if bad else chosen[:1]
            result = _attempt(document, findings, chosen, lint) if chosen else None
        if result is not None:
            document, findings = result
            applied.extend(chosen)
    return Outcome(document, tuple(applied), tuple(_shown(item, dropped) for item in findings))


def applicable(diagnostic: Diagnostic, *, unsafe: bool) -> bool:
    """Whether --fix, or --unsafe-fixes, applies the fix of this finding."""
    fix = diagnostic.fix
    if fix is None or not fix.edits:
        return False
    return fix.applicability is Applicability.SAFE or (unsafe and fix.applicability is Applicability.UNSAFE)


def _choose(findings: Sequence[Diagnostic], document: Document, unsafe: bool, dropped: set[Key]) -> list[Diagnostic]:
    """Findings whose fixes can be made in one go: the first by code wins where two meet; the other waits for the next round."""
    chosen: list[Diagnostic] = []
    taken: list[tuple[int, int]] = []
    seen: list[Patch] = []
    for item in sorted(findings, key=lambda item: (item.code, item.span.start)):
        fix = item.fix
        if fix is None or item.path != document.path or not applicable(item, unsafe=unsafe):
            continue
        if _key(item) in dropped:
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
    known = {_key(item)[:2] for item in findings}
    reached = min((_stage(item) for item in findings if item.severity is Severity.ERROR), default=_RULES)
    # a remark (SD007 where a jmi spec becomes sdmi) is no reason to leave an error where it is
    weighty = (item for item in after if item.severity is not Severity.INFO)
    grown = [item for item in weighty if _key(item)[:2] not in known and _stage(item) <= reached]
    return None if grown else (after_document, after)


def _stage(item: Diagnostic) -> int:
    """When it is found: an error of one stage hides the findings of later ones, which are not new once it is fixed."""
    return 1 if item.loc[:1] == ("extends",) else _STAGES.get(item.code, _RULES)


def _key(item: Diagnostic) -> Key:
    return (item.code, "/".join(map(str, item.loc)) or item.message, item.fix.title if item.fix is not None else "")


def _shown(item: Diagnostic, dropped: set[Key]) -> Diagnostic:
    if item.fix is None or _key(item) not in dropped:
        return item
    refused = "it would cause another finding"
    return replace(item, fix=replace(item.fix, applicability=Applicability.MANUAL, refused=refused))
