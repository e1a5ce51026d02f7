"""Rounds of fixes, on rules made for the purpose: order, overlap, fixes that make things worse, fixes that never end."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace

from ssmi_dsl.diagnostics import Applicability, Diagnostic, Loc, Patch, Severity, TextEdit
from ssmi_dsl.document import Document, read_document
from ssmi_dsl.fixes import set_value
from ssmi_dsl.fixes.apply import MAX_ROUNDS, fix_document
from ssmi_dsl.fixes.layout import text_edits

Rule = Callable[[Document], Iterator[Diagnostic]]


def rule(code: str, key: str, wrong: object, right: object, *, title: str = "set it") -> Rule:
    """Finds `key: wrong` and proposes `key: right`."""

    def find(document: Document) -> Iterator[Diagnostic]:
        assert document.data is not None
        if document.data.get(key) == wrong:
            loc: Loc = (key,)
            change = set_value(loc, right)  # type: ignore[arg-type]  # a YAML value
            fix = Patch(title, Applicability.SAFE, text_edits(document, [change]), changes=(change,))
            span = document.span(loc)
            yield Diagnostic(code, "made", Severity.WARNING, f"{key} is {wrong}", document.path, span, loc=loc, fix=fix)

    return find


def lint_by(*rules: Rule) -> Callable[[Document], Sequence[Diagnostic]]:
    return lambda document: tuple(item for find in rules for item in find(document))


def test_fixes_that_do_not_meet_are_made_together() -> None:
    outcome = fix_document(read_document("a: 1\nb: 1\n"), lint_by(rule("AA001", "a", 1, 2), rule("AA002", "b", 1, 2)))
    assert outcome.document.text == "a: 2\nb: 2\n"
    assert [item.code for item in outcome.applied] == ["AA001", "AA002"]


def test_where_two_meet_the_first_by_code_wins_and_the_other_waits() -> None:
    rules = lint_by(rule("AA002", "a", 1, 3), rule("AA001", "a", 1, 2), rule("AA002", "a", 2, 4))
    outcome = fix_document(read_document("a: 1\n"), rules)
    assert outcome.document.text == "a: 4\n"
    assert [item.code for item in outcome.applied] == ["AA001", "AA002"]


def test_a_fix_that_adds_a_finding_is_dropped_and_shown() -> None:
    worse = lint_by(rule("AA001", "a", 1, 2), rule("AA002", "a", 2, 2), rule("AA003", "b", 1, 2))
    outcome = fix_document(read_document("a: 1\nb: 1\n"), worse)
    assert outcome.document.text == "a: 1\nb: 2\n"
    (left,) = outcome.findings
    assert left.fix is not None
    assert (left.fix.applicability, left.fix.refused) == (Applicability.MANUAL, "it would cause another finding")


def test_fixes_that_are_right_alone_and_wrong_together_go_one_by_one() -> None:
    def both(document: Document) -> Iterator[Diagnostic]:
        if document.data == {"a": 2, "b": 2}:
            yield Diagnostic("AA009", "made", Severity.ERROR, "both", document.path, document.span(()))

    rules = lint_by(rule("AA001", "a", 1, 2), rule("AA002", "b", 1, 2), both)
    outcome = fix_document(read_document("a: 1\nb: 1\n"), rules)
    assert outcome.document.text == "a: 2\nb: 1\n"
    assert [(item.code, item.fix.applicability if item.fix else None) for item in outcome.findings] == [
        ("AA002", Applicability.MANUAL)
    ]


def test_fixes_that_undo_each_other_end() -> None:
    calls = 0

    def lint(document: Document) -> Sequence[Diagnostic]:
        nonlocal calls
        calls += 1
        found = lint_by(rule("AA001", "a", 1, 2, title="up"), rule("AA001", "a", 2, 1, title="down"))(document)
        return tuple(replace(item, loc=()) for item in found)

    fix_document(read_document("a: 1\n"), lint)
    assert calls <= 3 * MAX_ROUNDS


def test_a_patch_that_changes_more_than_it_says_is_never_applied() -> None:
    def lint(document: Document) -> Sequence[Diagnostic]:
        span = document.span(("a",))
        fix = Patch("spell it", Applicability.SAFE, (TextEdit(span, "1", "2"),))
        return (Diagnostic("AA001", "made", Severity.INFO, "m", document.path, span, fix=fix),)

    assert fix_document(read_document("a: 1\n"), lint).document.text == "a: 1\n"


def test_unsafe_and_manual_fixes_wait() -> None:
    def lint(document: Document) -> Sequence[Diagnostic]:
        (found,) = rule("AA001", "a", 1, 2)(document) if document.data == {"a": 1} else (None,)
        if found is None or found.fix is None:
            return ()
        return (replace(found, fix=replace(found.fix, applicability=Applicability.UNSAFE)),)

    assert fix_document(read_document("a: 1\n"), lint).document.text == "a: 1\n"
    assert fix_document(read_document("a: 1\n"), lint, unsafe=True).document.text == "a: 2\n"
