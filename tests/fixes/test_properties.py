"""What `--fix` promises, on every mutation, on every bundled spec, and on pairs of mutations."""

import re
from collections import Counter
from itertools import combinations

import pytest
from fixes.mutations import MUTATIONS, Mutation
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from rules.changes import CHANGES

from ssmi_dsl.bundled import bundled_names, specs_folder
from ssmi_dsl.check import check
from ssmi_dsl.document import read_document
from ssmi_dsl.fixes.apply import applicable, fix_document
from ssmi_dsl.fixes.layout import comments_in
from ssmi_dsl.fixes.tree import same_tree

PAIRS = [
    (one, other)
    for one, other in combinations(MUTATIONS, 2)
    if one.spec == other.spec and one.old != other.old and other.old in one.text
]


def comments(text: str) -> Counter[str]:
    """The comments of a spec, without suppressions: unused ones are removed."""
    document = read_document(text)
    found = (text[a:b].strip() for a, b in comments_in(document, 0, len(text)))
    return Counter(comment for comment in found if "ssmi: ignore" not in comment)


def assert_promises(text: str, *, unsafe: bool) -> str:
    outcome = fix_document(read_document(text), check, unsafe=unsafe)
    after = outcome.document.text
    assert not [d for d in outcome.findings if applicable(d, unsafe=unsafe)], "a fixable finding is left"
    assert comments(after) == comments(text), "a comment is lost"
    assert fix_document(outcome.document, check, unsafe=unsafe).document.text == after, "fixing twice differs"
    changed = set(text.splitlines()) - set(after.splitlines())
    assert len(changed) <= 3 * len(outcome.applied), "more lines changed than findings explain"
    return after


@pytest.mark.parametrize("mutation", MUTATIONS, ids=str)
def test_a_mutation_is_found_and_fixed(mutation: Mutation) -> None:
    text, unsafe = mutation.text, mutation.level == "unsafe"
    document = read_document(text)
    before = [d for d in check(document) if d.code == mutation.code]
    assert before
    assert all(d.fix is not None and d.fix.applicability == mutation.level for d in before), before
    after = assert_promises(text, unsafe=unsafe)
    assert [d.code for d in check(read_document(after)) if d.code == mutation.code] == []
    if mutation.back:
        original = (specs_folder() / f"{mutation.spec}.yaml").read_text()
        assert same_tree(read_document(after).data, read_document(original).data), after


@pytest.mark.parametrize("mutation", [m for m in MUTATIONS if m.level == "unsafe"], ids=str)
def test_an_unsafe_fix_waits_to_be_asked_for(mutation: Mutation) -> None:
    outcome = fix_document(read_document(mutation.text), check)
    assert mutation.code not in [d.code for d in outcome.applied]


@pytest.mark.parametrize("name", bundled_names())
def test_a_bundled_spec_is_left_as_it_is(name: str) -> None:
    text = (specs_folder() / f"{name}.yaml").read_text()
    outcome = fix_document(read_document(text), check, unsafe=True)
    assert (outcome.document.text, outcome.applied) == (text, ())


@pytest.mark.parametrize("unsafe", [False, True])
@pytest.mark.parametrize("pair", PAIRS, ids=lambda pair: f"{pair[0]}+{pair[1]}")
def test_two_mutations_at_once(pair: tuple[Mutation, Mutation], unsafe: bool) -> None:
    one, other = pair
    assert_promises(one.text.replace(other.old, other.new, 1), unsafe=unsafe)


@pytest.mark.parametrize("mutation", MUTATIONS, ids=str)
def test_line_endings_and_the_missing_final_line_break_stay(mutation: Mutation) -> None:
    unsafe = mutation.level == "unsafe"
    text = mutation.text
    after = fix_document(read_document(text), check, unsafe=unsafe).document.text
    windows = fix_document(read_document(text.replace("\n", "\r\n").rstrip()), check, unsafe=unsafe).document.text
    assert windows == after.replace("\n", "\r\n").rstrip()


def test_every_rule_that_says_so_in_the_catalogue_has_its_fix_tested() -> None:
    offered = {
        match for path in specs_folder().parent.glob("ssmi_dsl/rules/*.py") for match in _offers(path.read_text())
    }
    # SD007 rewrites the whole spec: test_one_branch.py
    tested = {mutation.code for mutation in MUTATIONS} | set(CHANGES)
    assert offered - tested <= {"SD007"}, "give it a line in mutations.py"


def _offers(source: str) -> list[str]:
    return re.findall(r'"([A-Z]{2}\d{3})"', source)[:1] if "fix=" in source else []


@st.composite
def restyled_specs(draw: st.DrawFn) -> str:
    """A bundled spec with up to three mutations, and comments of a stranger at the ends of lines and between them."""
    name = draw(st.sampled_from(sorted({mutation.spec for mutation in MUTATIONS})))
    text = (specs_folder() / f"{name}.yaml").read_text()
    chosen = draw(st.lists(st.sampled_from([m for m in MUTATIONS if m.spec == name]), max_size=3, unique=True))
    for mutation in chosen:
        text = text.replace(mutation.old, mutation.new, 1)
    lines: list[str] = []
    for number, line in enumerate(text.splitlines()):
        kind = draw(st.integers(0, 7)) if line.strip() and "#" not in line else 7
        indent = line[: len(line) - len(line.lstrip())]
        lines += [f"{indent}# above {number}"] if kind == 0 else []
        lines.append(line + f"  # after {number}" if kind == 1 else line)
    newline = draw(st.sampled_from(["\n", "\r\n"]))
    return newline.join(lines) + draw(st.sampled_from(["", newline]))


@given(restyled_specs(), st.booleans())
@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])
def test_the_promises_hold_for_specs_in_any_style(text: str, unsafe: bool) -> None:
    after = assert_promises(text, unsafe=unsafe)
    assert after.endswith("\n") == text.endswith("\n")
    assert ("\r\n" in text) == ("\r\n" in after)
