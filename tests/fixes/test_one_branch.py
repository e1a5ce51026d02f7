"""The rewriting of a redundant stop-gradient: the same training as one branch of a jmi spec."""

import pytest

from ssmi_dsl.bundled import specs_folder
from ssmi_dsl.check import check
from ssmi_dsl.document import read_document
from ssmi_dsl.fixes.apply import fix_document

JMI = (specs_folder() / "jmi.yaml").read_text()
TWO = (
    JMI.replace("paradigm: jmi", "paradigm: sdmi")
    .replace("schedule: joint", "schedule: alternating")
    .replace("2048, 256]}}\n", "2048, 256]}}\n  held: {of: shared, stop_gradient: true} # the same weights\n", 1)
)


def test_two_tied_branches_become_one() -> None:
    outcome = fix_document(read_document(TWO), check, unsafe=True)
    assert [item.code for item in outcome.applied] == ["SD007"]
    assert outcome.document.data == read_document(JMI).data
    assert "  # the same weights\n" in outcome.document.text
    assert fix_document(read_document(TWO), check).applied == ()


def test_sgd_gets_half_the_rate_and_twice_the_decay() -> None:
    text = TWO.replace("{lars: {lr: 0.4, weight_decay: 1.0e-4}}", "{sgd: {lr: 0.4, weight_decay: 1.0e-4}}")
    after = fix_document(read_document(text), check, unsafe=True).document.text
    assert "optimizer: {sgd: {lr: 0.2, weight_decay: 0.0002}}" in after


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("  marginal: in-batch\n", "  marginal: in-batch\n  directions: sum\n"),
        ("    optimizer: {lars: {lr: 0.4, weight_decay: 1.0e-4}}\n", ""),
    ],
)
def test_where_it_would_not_be_the_same_training_nothing_is_offered(old: str, new: str) -> None:
    assert old in TWO
    (finding,) = [item for item in check(read_document(TWO.replace(old, new))) if item.code == "SD007"]
    assert finding.fix is None
