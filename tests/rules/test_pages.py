"""The pages of the rules are complete, their snippets are linted, and what docs/ shows of them is current."""

import re

import pytest

from ssmi_dsl.bundled import bundled_names, specs_folder
from ssmi_dsl.check import check
from ssmi_dsl.document import read_document
from ssmi_dsl.engine import Settings
from ssmi_dsl.fixes.apply import applicable, fix_document
from ssmi_dsl.rule_pages import SECTIONS, findings, read_page
from ssmi_dsl.rules import RuleModule, all_rules, find_rule
from ssmi_dsl.rules_docs import GROUPS, main, rule_index
from ssmi_dsl.settled import RETIRED, SETTLED, WAITING

RULES = pytest.mark.parametrize("module", all_rules(), ids=lambda module: module.rule.code)
# what these find is no spec: a traced step, a baseline
NOT_IN_A_SPEC = {*(m.rule.code for m in all_rules() if m.rule.code.startswith("GF")), "SY016"}
SHOWN = pytest.mark.parametrize(
    "module", [m for m in all_rules() if m.rule.code not in NOT_IN_A_SPEC], ids=lambda module: module.rule.code
)
MAX_MESSAGE = 140
# their fixes write a word that SY011 refuses: they are shown and not applied
FIXED_BY_A_WORD_WITHOUT_COMPILER = ("DV005", "PR005")
# a suppression is unused only where the rule that it names is asked
ALSO_NEEDED = {"SY014": ("SY009",)}


@RULES
def test_a_page_has_every_part(module: RuleModule) -> None:
    page = read_page(module)
    assert tuple(page.sections) == SECTIONS
    assert all(page.sections.values())


@RULES
def test_a_rule_without_a_spec_reads_something_else(module: RuleModule) -> None:
    page = read_page(module)
    assert (page.bad is None) == (page.good is None) == (module.rule.code in NOT_IN_A_SPEC)
    assert page.bad is not None or module.check is None
    assert (page.bad is None) == ("No spec can be seen to do this" in page.sections["What it finds"])


@SHOWN
def test_the_example_has_exactly_the_findings_that_it_names(module: RuleModule) -> None:
    snippet = read_page(module).bad
    assert snippet is not None
    _, found = findings(snippet, module.rule)
    assert tuple(sorted({(d.span.line, d.code) for d in found})) == snippet.expected
    assert module.rule.code in {code for _, code in snippet.expected}


@SHOWN
def test_instead_has_no_finding(module: RuleModule) -> None:
    snippet = read_page(module).good
    assert snippet is not None
    assert snippet.expected == ()
    assert findings(snippet, module.rule)[1] == ()


@SHOWN
def test_a_rule_selected_alone_finds_its_example(module: RuleModule) -> None:
    snippet = read_page(module).bad
    assert snippet is not None
    alone = check(
        read_document(snippet.text),
        settings=Settings(select=(module.rule.code, *ALSO_NEEDED.get(module.rule.code, ()))),
    )
    codes = {d.code for d in alone if module.rule.code.startswith("SY") or not d.code.startswith("SY")}
    assert module.rule.code in codes
    assert all(code == module.rule.code or not _is_suppressible(code) for code in codes)


@SHOWN
def test_a_fix_of_the_example_removes_its_finding(module: RuleModule) -> None:
    snippet = read_page(module).bad
    assert snippet is not None
    document = read_document(snippet.text)
    before = check(document)
    has_fix = any(d.code == module.rule.code and applicable(d, unsafe=True) for d in before)
    after = fix_document(document, check, unsafe=True).findings
    assert {d.code for d in after} <= {d.code for d in before}
    is_left = any(d.code == module.rule.code for d in after)
    assert not (has_fix and is_left) or module.rule.code in FIXED_BY_A_WORD_WITHOUT_COMPILER


@SHOWN
def test_messages_read_well(module: RuleModule) -> None:
    snippet = read_page(module).bad
    assert snippet is not None
    for found in findings(snippet, module.rule)[1]:
        assert len(found.message) <= MAX_MESSAGE
        assert not found.message.endswith(".")
        assert found.message[0] == found.message[0].lower() or re.match(r"[A-Z]{2}\d{3}|[A-Z]\b", found.message)
        assert found.help or found.labels or found.code.startswith("SY")


@RULES
def test_a_name_reads_after_allow(module: RuleModule) -> None:
    name = module.rule.name
    assert re.fullmatch(r"[a-z]+(-[a-z]+)*", name)
    assert not name.startswith(("check-", "no-", "disallow-", "require-", "avoid-"))
    assert "should" not in name


def test_codes_are_never_given_twice() -> None:
    codes = [module.rule.code for module in all_rules()]
    others = [item.code for item in (*SETTLED, *WAITING)]
    assert len({*codes, *others}) == len(codes) + len(others)
    assert not {*codes, *others} & set(RETIRED)
    assert {code[:2] for code in codes} == set(GROUPS)


def test_what_is_settled_is_shown_by_a_test_that_exists() -> None:
    root = specs_folder().parent
    for item in SETTLED:
        file, _, function = item.test.partition("::")
        assert f"def {function}(" in (root / file).read_text(), item.code
        assert find_rule(item.code) is None


def test_docs_are_current() -> None:
    assert main(["--check"]) == 0


def test_the_index_names_every_rule() -> None:
    index = rule_index()
    assert all(f"[{module.rule.code}]" in index and f"`{module.rule.name}`" in index for module in all_rules())


@pytest.mark.parametrize("name", bundled_names())
def test_no_rule_flags_a_bundled_spec(name: str) -> None:
    assert check(name) == ()


def _is_suppressible(code: str) -> bool:
    found = find_rule(code)
    return found is not None and found.rule.suppressible
