"""Ends of an objective that give a different number of vectors of a sample are refused; those that a marginal can pair are not."""

import pytest

from ssmi_dsl.check import check


def messages(method: str, *overrides: str) -> list[str]:
    return [item.message for item in check(method, recipe="digits", overrides=overrides) if item.code == "SY011"]


@pytest.mark.parametrize(
    ("method", "override", "a", "b"),
    [
        ("capi", "objective.marginal=predictor", "a vector of each hidden patch", "a vector of each place"),
        ("i-jepa", "objective.on={a: context.hidden, b: target.map}", "a vector of each hidden patch", "a vector of each place"),
        ("i-jepa", "objective.on={a: context.hidden, b: target.features}", "a vector of each hidden patch", "one vector"),
        ("simclr", "objective.on={a: shared.map, b: shared.projection}", "a vector of each place", "one vector"),
        ("deep-infomax", "objective.marginal=in-batch", "a vector of each place", "one vector"),
        ("deep-infomax", "objective.on={a: shared.projection, b: shared.tokens}", "one vector", "a vector of each place"),
    ],
)  # fmt: skip
def test_ends_that_cannot_be_paired_are_refused(method: str, override: str, a: str, b: str) -> None:
    assert any(f"`a` gives {a} of a sample and `b` {b}" in message for message in messages(method, override))


@pytest.mark.parametrize("method", ["capi", "i-jepa", "deep-infomax", "densecl", "vicregl", "cpc"])
def test_ends_that_a_marginal_pairs_are_not(method: str) -> None:
    assert messages(method) == []


def test_hidden_places_of_views_that_move_on_their_own_are_refused() -> None:
    moving = "views.augment=[{random-affine: {translate: 0.1}}]"
    found = messages("i-jepa", f"recipes.digits.method.{moving}", "views.count=2", "objective.views=other")
    assert any("`random-affine` moves the places of each view on its own" in message for message in found)


def test_heads_that_cannot_be_turned_are_refused() -> None:
    rope = "recipes.digits.method.encoder.backbone.vit.positions=rope"
    narrow = "recipes.digits.method.branches.context.predictor={transformer: {width: 24, depth: 1, heads: 4}}"
    assert messages("i-jepa", rope) == []
    assert messages("i-jepa", narrow) == []
    [found] = messages("i-jepa", rope, narrow)
    assert "turns a head's features in fours, and the predictor's heads have 6" in found
    whole = [
        each.message
        for each in check("i-jepa", recipe="digits", overrides=[rope, rope.replace("positions=rope", "heads=32")])
    ]
    assert any("a head of 2 features cannot be turned along two axes" in message for message in whole)


def test_a_transformer_that_predicts_what_nothing_reads_is_refused() -> None:
    assert messages("i-jepa", "objective.on=null") == ["the predictor of `context` predicts `context.hidden` only"]
