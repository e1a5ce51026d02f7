"""Every transcribed defect is found by what the committed table says, and the table is current."""

import json

import pytest

import peer_defects as command
from study.cases import Case
from study.defects import CASES

KNOWN = {row["number"]: row for row in json.loads((command.RESULTS / "peer_defects.json").read_text())["cases"]}
# the trace speaks in the words of its library, which change from release to release
BY_OTHERS = "trace"


def test_the_table_has_every_case_once() -> None:
    assert [case.number for case in CASES] == list(KNOWN)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.number)
def test_the_case_is_noticed_as_recorded(case: Case) -> None:
    caught = case.run()
    known = KNOWN[case.number]
    assert caught.by == known["caught_by"]
    assert caught.by == BY_OTHERS or caught.evidence == known["evidence"]


def test_what_was_transcribed_is_found_but_for_a_flipped_sign() -> None:
    missed = [row["number"] for row in KNOWN.values() if row["how"] != "none" and row["caught_by"] == "nothing"]
    assert missed == ["2'"]
