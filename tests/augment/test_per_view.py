"""A list of operations for each view."""

from pathlib import Path

import pytest

from ssmi_dsl.check import check
from ssmi_dsl.components.augment import resolve_augment
from ssmi_dsl.document import read_document
from ssmi_dsl.load import dump, load

LISTS = "[[{part: {rows: [0, 0.5]}}, grayscale], [{part: {rows: [0.5, 1]}}]]"


def _names(method: str, view: int) -> list[str]:
    augment = load("jmi", overrides=[f"views.augment={method}"]).spec.views.augment
    return [name for name, _ in resolve_augment(augment, view)]


def test_each_view_has_its_own_operations_and_lists_take_turns() -> None:
    assert [_names(f"{{per-view: {{views: {LISTS}}}}}", view) for view in range(3)] == [
        ["part", "grayscale"],
        ["part"],
        ["part", "grayscale"],
    ]


def test_it_is_written_as_it_is_read(tmp_path: Path) -> None:
    method = load("jmi", overrides=[f"views.augment={{per-view: {{views: {LISTS}}}}}"])
    again = tmp_path / "again.yaml"
    again.write_text(dump(method.spec))
    assert load(again).spec == method.spec


@pytest.mark.parametrize(
    ("lists", "place", "words"),
    [
        ("[[grayscale]]", "2:37", "where a list for each of at least two views is needed"),
        ("[[grayscale], []]", "2:51", "the list has no operations"),
        ("[[grayscale], [gaussian-noise: {std: 0.1}]]", "2:37", "where one kind of operations in all lists"),
        ("[[grayscale], [grayscle]]", "2:52", "grayscle"),
    ],
)
def test_lists_that_fit_no_views_are_refused_where_they_stand(lists: str, place: str, words: str) -> None:
    text = f"extends: jmi\nviews: {{augment: {{per-view: {{views: {lists}}}}}}}\n"
    found = [item for item in check(read_document(text)) if words in item.message]
    assert {f"{item.span.line}:{item.span.column}" for item in found} == {place}, found
