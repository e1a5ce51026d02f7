"""Views with modalities: as many as are counted, each with a branch that can read it."""

import pytest

from ssmi_dsl.check import check
from ssmi_dsl.document import read_document
from ssmi_dsl.errors import SpecError
from ssmi_dsl.load import load

# lines that extend clip, place of the finding, words of its message
REFUSED = [
    ("views: {count: 3}", "2:16", "names 2 views, and `count` is 3: write `count: 2`"),
    ("views: {modalities: [image, text, image]}", "1:10", "names 3 views, and `count` is 2: write `count: 3`"),
    ("views: {local: {count: 2, augment: simclr}}", "2:16", "local views have no modality"),
    ("views: {modalities: [text, image]}", "1:10", "branch `image` encodes a view of texts"),
    ("branches: {image: {encoder: {backbone: text}}}", "2:40", "branch `image` encodes a view of images"),
    (
        "branches: {third: {of: image}}\nobjective: {on: {a: image, b: third}}",
        "3:31",
        "for `third`, number 3, there is none: name its modality",
    ),
    ("objective: {on: {a: image, b: image}}", "2:17", "write a branch for each modality"),
]
ACCEPTED = [
    "views: {count: 2}",
    "views: {count: 3, modalities: [image, text, image]}\nbranches: {third: {of: image}}",
    "objective: {on: {a: text, b: image}}",
]


@pytest.mark.parametrize(("lines", "place", "words"), REFUSED)
def test_it_is_refused_where_it_stands(lines: str, place: str, words: str) -> None:
    found = [d for d in check(read_document(f"extends: clip\n{lines}\n")) if d.code == "SY011"]
    assert any(f"{d.span.line}:{d.span.column}" == place and words in d.message for d in found), found


@pytest.mark.parametrize("lines", ACCEPTED)
def test_a_modality_and_a_branch_for_each_view_are_accepted(lines: str) -> None:
    assert [d for d in check(read_document(f"extends: clip\n{lines}\n")) if d.code == "SY011"] == []


def test_a_spec_with_another_count_does_not_load() -> None:
    with pytest.raises(SpecError, match="names 2 views"):
        load("siglip", overrides=["views.count=3"])
