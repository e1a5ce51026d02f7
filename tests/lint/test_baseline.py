"""Baselines: what is accepted, what is stale, and files that are none."""

import json
from pathlib import Path

import pytest

from ssmi_dsl.diagnostics import Diagnostic
from ssmi_dsl.document import read_document
from ssmi_dsl.errors import UsageError
from ssmi_dsl.lint.baseline import SCHEMA, read_baseline, write_baseline
from ssmi_dsl.rules import find_rule

TEXT = "a: 1\nb: {c/d: 2}\n"


def finding(path: Path, code: str, loc: tuple[str, ...]) -> Diagnostic:
    module = find_rule(code)
    assert module is not None
    return module.rule.at(str(path), read_document(TEXT).span(loc), "a message", loc=loc)


def test_accepted_by_count_file_rule_and_place(tmp_path: Path) -> None:
    spec, other, place = tmp_path / "specs" / "a.yaml", tmp_path / "b.yaml", tmp_path / "baseline.json"
    one = finding(spec, "EM002", ("b", "c/d"))
    assert write_baseline(place, [one, one, finding(spec, "SY001", ())]) == 2
    assert json.loads(place.read_text())["files"] == {"specs/a.yaml": {"EM002": {"/b/c~1d": 2}}}
    baseline = read_baseline(place)
    third, elsewhere = finding(spec, "EM002", ("a",)), finding(other, "EM002", ("b", "c/d"))
    kept, stale = baseline.without_accepted([one, one, one, third, elsewhere], [str(spec), str(other)], ["EM002"])
    assert kept == [one, third, elsewhere]
    assert stale == []


def test_an_entry_that_nothing_matches_is_a_finding_at_its_line(tmp_path: Path) -> None:
    spec, place = tmp_path / "a.yaml", tmp_path / "baseline.json"
    one = finding(spec, "EM002", ("a",))
    write_baseline(place, [one, one, finding(spec, "SD012", ("a",))])
    _, stale = read_baseline(place).without_accepted([one], [str(spec)], ["EM002", "SD012"])
    assert [(item.code, item.span.line) for item in stale] == [("SY016", 6), ("SY016", 9)]
    assert stale[0].message == "EM002 at `/a` of `a.yaml` is accepted and not found"
    assert place.read_text().splitlines()[5].strip().startswith('"/a"')
    # of files that were not linted and rules that are off nothing is said
    assert read_baseline(place).without_accepted([], ["b.yaml"], ["EM002"])[1] == []
    assert [item.message[:5] for item in read_baseline(place).without_accepted([], [str(spec)], ["SD012"])[1]] == [
        "SD012"
    ]


def test_a_rule_that_cannot_be_silenced_is_never_accepted(tmp_path: Path) -> None:
    place = tmp_path / "baseline.json"
    place.write_text(json.dumps({"schema": SCHEMA, "files": {"a.yaml": {"SY002": {"/a": 1}}}}))
    one = finding(tmp_path / "a.yaml", "SY002", ("a",))
    assert read_baseline(place).without_accepted([one], [one.path], ["SY002"])[0] == [one]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("{", "is not JSON"),
        ("[]", "is not of the schema"),
        ('{"schema": "ssmi.baseline/2"}', "is not of the schema"),
        ('{"schema": "ssmi.baseline/1"}', "does not hold"),
        ('{"schema": "ssmi.baseline/1", "files": {"a": {"b": {"c": 0}}}}', "does not hold"),
        ('{"schema": "ssmi.baseline/1", "files": {"a": []}}', "does not hold"),
        ("[" * 100_000, "is not JSON"),
    ],
)
def test_what_is_no_baseline_is_refused(tmp_path: Path, text: str, message: str) -> None:
    (tmp_path / "b.json").write_text(text)
    with pytest.raises(UsageError, match=message):
        read_baseline(tmp_path / "b.json")
    with pytest.raises(UsageError, match="--write-baseline makes one"):
        read_baseline(tmp_path / "missing.json")
