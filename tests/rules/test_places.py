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
