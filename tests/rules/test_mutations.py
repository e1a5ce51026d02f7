"""Every rule that reads specs is triggered by a change of a bundled spec, at exactly these places."""

import pytest
from rules.changes import CHANGES, changed_text

from ssmi_dsl.check import check
from ssmi_dsl.document import read_document
from ssmi_dsl.rules import all_rules


def test_every_rule_that_reads_specs_has_a_change() -> None:
    assert set(CHANGES) == {m.rule.code for m in all_rules() if m.rule.code[:2] != "GF" and m.rule.code != "SY016"}


@pytest.mark.parametrize("code", CHANGES)
def test_the_change_is_found_where_it_stands(code: str) -> None:
    expected = CHANGES[code][2]
    found = check(read_document(changed_text(code)))
    places = {(d.span.line, d.span.column, d.code) for d in found if code == "SY011" or d.code != "SY011"}
    assert [f"{line}:{column} {rule}" for line, column, rule in sorted(places)] == expected
    assert any(finding.endswith(code) for finding in expected)
