"""The fix of every rule on the change that triggers it: the finding goes, comments stay, nothing else is found."""

from collections import Counter

import pytest
from rules.changes import CHANGES, changed_text

from ssmi_dsl.check import check
from ssmi_dsl.document import read_document
from ssmi_dsl.fixes.apply import applicable, fix_document
from ssmi_dsl.fixes.layout import comments_in

# their fixes write a word without a compiler, or the name of a rule that then finds nothing: shown, not applied
NOT_APPLIED = ("DV005", "PR005", "SY015")


def comments(text: str) -> Counter[str]:
    document = read_document(text)
    found = (text[a:b].strip() for a, b in comments_in(document, 0, len(text)))
    return Counter(comment for comment in found if "ssmi: ignore" not in comment)


@pytest.mark.parametrize("code", CHANGES)
def test_a_fix_keeps_what_it_does_not_mean_to_change(code: str) -> None:
    document = read_document(changed_text(code))
    before = check(document)
    outcome = fix_document(document, check, unsafe=True)

    assert {d.code for d in outcome.findings} <= {d.code for d in before}
    has_fix = any(d.code == code and applicable(d, unsafe=True) for d in before)
    is_left = any(d.code == code for d in outcome.findings)
    assert not (has_fix and is_left) or code in NOT_APPLIED
    assert fix_document(outcome.document, check, unsafe=True).document.text == outcome.document.text
    if outcome.applied:
        assert comments(outcome.document.text) == comments(document.text)
