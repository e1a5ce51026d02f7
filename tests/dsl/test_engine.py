from collections.abc import Iterator

import pytest

from ssmi_dsl import engine
from ssmi_dsl.diagnostics import Severity
from ssmi_dsl.document import read_document
from ssmi_dsl.engine import DEFAULT_SETTINGS, Settings, enabled_checks, finish, run_rules
from ssmi_dsl.rules import Finding, Rule, RuleModule, all_rules, find_rule, suggest_rules

SY = [f"SY{number:03}" for number in range(1, 16)]


def lint(text: str, settings: Settings = DEFAULT_SETTINGS) -> list[str]:
    document = read_document(text)
    return [d.code for d in finish(document.diagnostics, document.suppressions, settings, document.path)]


def test_registry() -> None:
    rules = all_rules()
    assert set(SY) <= {module.rule.code for module in rules}
    assert [module.rule.code for module in rules] == sorted(module.rule.code for module in rules)
    for module in rules:
        assert all(
            section in module.page for section in ("What it finds", "Why it is bad", "Example", "Instead", "Source")
        )
    by_name = find_rule("syntax-error")
    assert by_name is not None
    assert by_name is find_rule("sy001")
    assert find_rule("SY999") is None
    assert suggest_rules("syntx-error")[0] == "syntax-error"
    unsuppressible = {module.rule.code for module in rules if not module.rule.suppressible}
    assert unsuppressible == {*SY[:8], "SY010", "SY012", "SY013"}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a: yes", ["SY009"]),
        ("a: yes # ssmi: ignore[SY009]", []),
        ("a: yes # ssmi: ignore[ambiguous-scalar] because", []),
        ("# ssmi: ignore[sy009]\na: yes", []),
        ("# ssmi: ignore[SY009]\n\na: yes", ["SY014", "SY009"]),
        ("b: 1 # ssmi: ignore[SY009]\na: yes", ["SY014", "SY009"]),
        ("a: yes # ssmi: ignore[SY009, SD001x]", ["SY015"]),
        ("a: yes # ssmi: ignore", ["SY009", "SY015"]),
        ("a: |\n  x # ssmi: ignore[SY001]\n# ssmi: ignore[SY009]\nb: yes", []),
        ("{a: 'x # ssmi: ignore[SY001]', b: yes} # ssmi: ignore[SY009]", []),
        ("a: 1\na: 2 # ssmi: ignore[SY003]", ["SY003", "SY014"]),
    ],
)
def test_suppressions(text: str, expected: list[str]) -> None:
    assert lint(text) == expected


@pytest.mark.parametrize(
    ("settings", "expected"),
    [
        (Settings(), ["SY009", "SY003"]),
        (Settings(ignore=("SY009",)), ["SY003"]),
        (Settings(ignore=("ambiguous-scalar", "SY003")), ["SY003"]),
        (Settings(ignore=("SY",)), ["SY003"]),
        (Settings(select=("SD",)), ["SY003"]),
        (Settings(select=("SY0",), ignore=("SY00",)), ["SY003"]),
    ],
)
def test_settings(settings: Settings, expected: list[str]) -> None:
    assert lint("a: yes\na: 2", settings) == expected


def test_severity_overrides() -> None:
    document = read_document("a: yes\na: 2")
    settings = Settings(severity={"SY": Severity.INFO, "SY009": Severity.ERROR})
    shown = finish(document.diagnostics, (), settings, document.path)
    assert [(d.code, d.severity) for d in shown] == [("SY009", Severity.ERROR), ("SY003", Severity.ERROR)]


def test_an_ignored_rule_leaves_its_suppression_in_peace() -> None:
    assert lint("a: 1 # ssmi: ignore[SY009]", Settings(ignore=("SY009",))) == []
    assert lint("a: 1 # ssmi: ignore[SY009]", Settings(ignore=("SY014",))) == []


def test_findings_are_deduplicated_and_other_files_are_not_suppressed() -> None:
    document = read_document("a: yes # ssmi: ignore[SY009]", "one.yaml")
    other = read_document("a: yes", "two.yaml")
    twice = [*document.diagnostics, *other.diagnostics, *other.diagnostics]
    shown = finish(twice, document.suppressions, Settings(), "one.yaml")
    assert [(d.path, d.code) for d in shown] == [("two.yaml", "SY009")]


def test_run_rules(monkeypatch: pytest.MonkeyPatch) -> None:
    def check(context: dict[str, int]) -> Iterator[Finding]:
        yield Finding(
            ("a", "b"), f"found {context['n']}", of="key", label="here", labels=((("c",), "and here"),), help="stop"
        )

    module = RuleModule(Rule("SD999", "test-rule", Severity.WARNING, "a test"), "page", check)
    monkeypatch.setattr(engine, "all_rules", lambda: (module,))
    document = read_document("a: {b: 1}\nc: 2\n", "x.yaml")
    (found,) = run_rules({"n": 3}, document, enabled_checks())
    assert (found.code, found.message, found.path, found.loc) == ("SD999", "found 3", "x.yaml", ("a", "b"))
    assert (found.span.line, found.span.column) == (1, 5)
    assert found.labels[0].span.line == 2
    assert run_rules({"n": 3}, document, enabled_checks(Settings(ignore=("test-rule",)))) == []
