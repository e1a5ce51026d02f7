"""Completion and hover: what is proposed can be typed, and everything that the language has is proposed."""

from collections.abc import Iterator
from typing import Any

import pytest

from ssmi_dsl.bundled import bundled_names, specs_folder
from ssmi_dsl.diagnostics import Loc
from ssmi_dsl.document import read_document, read_file
from ssmi_dsl.editor import completions, hover
from ssmi_dsl.editor.schema_tree import keys_at, words_at
from ssmi_dsl.spec.method_spec import MethodSpec
from ssmi_dsl.terms import BOUNDS, CRITICS, MARGINALS


def _at(marked: str, data: dict[str, Any] | None = None) -> dict[str, str]:
    offset = marked.index("|")
    text = marked.replace("|", "", 1)
    return {found.label: found.insert for found in completions(text, offset, data)}


def _typed(value: object, loc: Loc) -> Iterator[tuple[Loc, str]]:
    if isinstance(value, dict):
        for key, inner in value.items():
            yield loc, key
            yield from _typed(inner, (*loc, key))
    elif isinstance(value, list):
        for index, inner in enumerate(value):
            yield from _typed(inner, (*loc, index))


@pytest.mark.parametrize("name", bundled_names())
def test_every_key_of_a_bundled_spec_would_have_been_proposed(name: str) -> None:
    document = read_file(specs_folder() / f"{name}.yaml")
    for loc, key in _typed(document.data, ()):
        names_are_free = loc[-1:] in (("branches",), ("recipes",))
        assert names_are_free or key in {entry.text for entry in keys_at(loc)}, (loc, key)


def test_the_whole_language_is_proposed() -> None:
    assert {entry.text for entry in keys_at(())} == {*MethodSpec.model_fields, "extends"}
    for key, table in (("bound", BOUNDS), ("critic", CRITICS), ("marginal", MARGINALS)):
        assert {entry.text for entry in words_at(("objective", key))} == set(table)
        assert {entry.text for entry in keys_at(("objective", key))} == set(table)
        last = [entry.text for entry in words_at(("objective", key))][-1]
        implemented = [name for name, term in table.items() if term.implemented]
        assert (last in implemented) == (len(implemented) == len(table))


def test_every_key_says_what_it_means() -> None:
    for loc in ((), ("views",), ("branches", "x"), ("objective",), ("optimize",), ("recipes", "default"), ("encoder",)):
        assert all(entry.detail and entry.markdown for entry in keys_at(loc)), loc


def test_keys_that_are_there_are_not_proposed_again_and_required_ones_come_first() -> None:
    data = {"objective": {"bound": "infonce", "weight": 2.0}}
    found = list(_at("objective: {bound: infonce, weight: 2.0, |}", data))
    assert found[:2] == ["critic", "marginal"]
    assert not {"bound", "weight"} & set(found)
    # the key that is being typed stays
    assert "bound" in _at("objective: {bound|", {"objective": {"bound": None}})


def test_a_mapping_key_leaves_the_choice_of_style() -> None:
    found = _at("|")
    assert (found["objective"], found["name"]) == ("objective:", "name: ")


def test_branches_are_proposed_where_one_is_named() -> None:
    data = read_document("branches: {online: {}, target: {}}").data
    assert list(_at("branches:\n  target:\n    of: |", data)) == ["online"]
    assert list(_at("optimize: {blocks: [|", data))[:2] == ["online", "target"]
    assert "target" in _at("objective:\n  on: {b: |", data)
    assert "online" in _at("recipes:\n  digits:\n    method:\n      branches:\n        target: {of: |", data)


def test_nothing_is_proposed_where_anything_may_stand() -> None:
    assert _at("name: |") == {}
    assert _at("# com|ment") == {}
    assert _at("nonsense:\n  |") == {}


def test_hover_covers_the_word_and_knows_choices() -> None:
    text = "objective: {critic: {cosine: {temperature: 0.2}}, bound: club}"
    found = hover(text, text.index("temp") + 3)
    assert found is not None
    assert text[found.start : found.end] == "temperature"
    assert "Default: `0.2`" in found.markdown
    word = hover(text, text.index("club"))
    assert word is not None
    assert "Not compiled yet" in word.markdown
    assert hover(text, text.index("0.2")) is None
    assert hover("name: jsd", 7) is None


@pytest.mark.parametrize("name", bundled_names())
def test_no_place_of_a_spec_breaks_completion_or_hover(name: str) -> None:
    document = read_file(specs_folder() / f"{name}.yaml")
    for offset in range(0, len(document.text), 3):
        completions(document.text, offset, document.data)
        completions(document.text[:offset], offset, None)
        hover(document.text, offset)
