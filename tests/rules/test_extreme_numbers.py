"""Whatever number stands in a page's example, rules report or stay silent: they never raise, and messages stay short."""

import re

import pytest

from ssmi_dsl.check import check
from ssmi_dsl.document import read_document
from ssmi_dsl.rule_pages import read_page
from ssmi_dsl.rules import RuleModule, all_rules

NUMBER = re.compile(r"(?<![\w.])\d+(\.\d+)?(?![\w.])")
VALUES = (".inf", ".nan", "0", "1", "-1", "1e308", "5e-324", "9999999999")


@pytest.mark.parametrize("module", [m for m in all_rules() if m.check is not None], ids=lambda module: module.rule.code)
def test_extreme_numbers_in_the_example(module: RuleModule) -> None:
    snippet = read_page(module).bad
    assert snippet is not None
    for place in NUMBER.finditer(snippet.text):
        for value in VALUES:
            text = snippet.text[: place.start()] + value + snippet.text[place.end() :]
            assert all(len(d.message) <= 140 for d in check(read_document(text))), text
