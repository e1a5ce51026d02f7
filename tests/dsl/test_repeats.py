"""Findings that several recipes repeat."""

from ssmi_dsl.check import check
from ssmi_dsl.diagnostics import Diagnostic, Severity, Span
from ssmi_dsl.document import read_document
from ssmi_dsl.repeats import Repeats

SHARED = """\
extends: simclr
recipes:
  default:
    hardware: {devices: 8, gather: none}
"""
HERE, THERE = Span(10, 12, 2, 3, 2, 5), Span(40, 42, 5, 3, 5, 5)


def _finding(message: str, span: Span = HERE, severity: Severity = Severity.WARNING) -> Diagnostic:
    return Diagnostic("EM005", "stale-queue", severity, message, "a.yaml", span, loc=("recipes",))


def test_a_setting_that_every_recipe_inherits_is_one_finding() -> None:
    (found,) = [item for item in check(read_document(SHARED)) if item.code == "BS005"]
    assert "256 images" in found.message
    assert found.notes[-1] == "the same under recipes `cifar10`, `imagenet`, `digits`, with its own numbers"


def test_the_same_words_are_said_once_and_need_no_note() -> None:
    repeats = Repeats()
    for recipe in ("default", "digits"):
        repeats.add(recipe, 0, _finding("too old"))
    assert [(item.message, item.notes) for item in repeats.findings()] == [("too old", ())]


def test_other_numbers_at_one_place_are_a_note() -> None:
    repeats = Repeats()
    repeats.add("default", 0, _finding("256 steps old"))
    repeats.add("digits", 0, _finding("8 steps old"))
    (found,) = repeats.findings()
    assert found.message == "256 steps old"
    assert found.notes == ("the same under recipe `digits`, with its own numbers",)


def test_an_error_is_not_hidden_behind_a_warning_of_another_recipe() -> None:
    repeats = Repeats()
    repeats.add("default", 0, _finding("256 steps old"))
    repeats.add("digits", 0, _finding("4,096 steps old", severity=Severity.ERROR))
    assert [item.severity for item in repeats.findings()] == [Severity.WARNING, Severity.ERROR]


def test_other_places_and_other_objectives_are_other_findings() -> None:
    repeats = Repeats()
    repeats.add("default", 0, _finding("old"))
    repeats.add("digits", 0, _finding("older", THERE))
    repeats.add("digits", 1, _finding("older"))
    assert [item.message for item in repeats.findings()] == ["old", "older", "older"]
