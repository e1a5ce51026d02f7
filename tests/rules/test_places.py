"""Rules on objectives that read places of an image: what is right for whole images is no finding there, and the reverse."""

import pytest

from ssmi_dsl.check import check
from ssmi_dsl.document import read_document

CPC = """\
extends: cpc
name: mine
objective:
  "on": {a: shared.tokens, b: shared.map}
  views: same
  bound: infonce
  critic: bilinear
  marginal: in-batch
"""
BELOW = "  positive: {rows-below: {steps: 2}}\n"


def _codes(text: str) -> list[str]:
    return [finding.code for finding in check(read_document(text))]


def test_one_view_gives_pairs_of_places_below_each_other_but_not_of_a_place_with_itself() -> None:
    assert _codes(CPC + BELOW) == []
    assert _codes(CPC) == ["DA003"]


def test_candidates_that_are_tokens_are_more_than_the_images_of_a_batch() -> None:
    whole = "extends: simclr\nname: mine\nobjective: {target_nats: 9.0}\n"
    assert "DV004" in _codes(whole)
    assert _codes(CPC + BELOW + "  target_nats: 9.0\n") == []


OVERLAPS = [
    ("{resnet18: {}}", 1, ["error"]),
    ("{conv-small: {width: 64}}", 1, ["error"]),
    ("{conv-small: {width: 64}}", 2, []),
    ("{vit: {patch: 4, width: 512, heads: 8}}", 5, ["error"]),
    ("{patches: {of: resnet18, size: 8, stride: 4, crop: null}}", 1, []),
    ("{patches: {of: resnet18, size: 8, stride: 2, crop: null}}", 1, ["warning"]),
    ("{patches: {of: resnet18, size: 8, stride: 2, crop: null}}", 2, []),
    ("{patches: {of: resnet18, size: 8, stride: 2, crop: 6}}", 1, []),
]


@pytest.mark.parametrize(("backbone", "steps", "expected"), OVERLAPS)
def test_a_context_and_what_it_predicts_see_little_in_common(backbone: str, steps: int, expected: list[str]) -> None:
    encoder = f"encoder: {{backbone: {backbone}}}\nrecipes: {{digits: null, imagenet: null}}\n"
    positive = f"  positive: {{rows-below: {{steps: {steps}}}}}\n"
    found = [d for d in check(read_document(CPC + positive + encoder)) if d.code == "DA006"]
    assert [d.severity.value for d in found] == expected
    assert all((d.span.line, d.span.column) == (9, 13) for d in found)


def test_an_anchor_from_which_patches_are_hidden_does_not_see_what_it_predicts() -> None:
    encoder = "encoder: {backbone: {vit: {patch: 4, width: 512, heads: 8}}}\nrecipes: {digits: null, imagenet: null}\n"
    hidden = "views: {mask: random}\nbranches: {shared: {input: masked, tokens: {projector: {mlp: [512, 512]}}}}\n"
    assert "DA006" not in _codes(CPC + BELOW + encoder + hidden)


@pytest.mark.parametrize("word", ["nearest-place", "nearest-feature"])
def test_matched_places_of_one_view_are_the_same_place(word: str) -> None:
    assert _codes(f"{CPC}  positive: {word}\n") == ["DA003"]


@pytest.mark.parametrize(
    "crop", ["random-resized-crop: {scale: [0.1, 0.2]}", "part: {rows: [0.0, 0.5]}", "random-resized-crop: {size: 16}"]
)
def test_views_that_may_share_no_part_of_the_image_are_no_finding(crop: str) -> None:
    assert (
        _codes(f"extends: vicregl\nname: mine\nviews: {{augment: [{{{crop}}}, {{horizontal-flip: {{p: 0.5}}}}]}}\n")
        == []
    )
