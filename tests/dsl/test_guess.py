"""Guesses: what is a slip of one word, what only looks alike, and where a key belongs."""

import pytest

from ssmi_dsl.bundled import specs_folder
from ssmi_dsl.check import check
from ssmi_dsl.document import read_document
from ssmi_dsl.guess import edit_distance, is_typo, nearest, sure_guess
from ssmi_dsl.sections import dotted, key_paths, near_key, sections_with


@pytest.mark.parametrize(
    ("one", "other", "distance"),
    [
        ("a", "a", 0),
        ("momentum", "momentun", 1),
        ("abcd", "abdc", 1),
        ("abcd", "bcd", 1),
        ("abc", "cba", 2),
        ("a", "wxyz", 3),
    ],
)
def test_edit_distance(one: str, other: str, distance: int) -> None:
    assert edit_distance(one, other) == edit_distance(other, one) == distance


@pytest.mark.parametrize(
    ("word", "meant", "verdict"),
    [
        ("stop-gradient", "stop_gradient", True),
        ("StopGradient", "stop_gradient", True),
        ("temprature", "temperature", True),
        ("bond", "bound", True),
        ("lr", "mr", False),
        ("wide", "width", False),
        ("marginals", "marginal", True),
        ("source", "target", False),
    ],
)
def test_is_typo(word: str, meant: str, verdict: bool) -> None:
    assert is_typo(word, meant) is verdict


def test_a_slip_of_two_words_is_of_neither() -> None:
    assert sure_guess("weigt", ["weight", "weights"]) == "weight"
    assert sure_guess("weightz", ["weight", "weights"]) is None
    assert nearest("weightz", ["weight", "weights"]) in ("weight", "weights")
    assert nearest("zzz", ["weight"]) is None


def test_sections() -> None:
    assert ("branches", "NAME", "update", "ema") in key_paths()["momentum"]
    assert [dotted(loc) for loc in sections_with("batch_size", ("optimize",))] == ["recipes.NAME"]
    assert dotted(()) == "the top level"
    assert near_key("batchsize") == "batch_size"
    assert near_key("qqqqq") is None


@pytest.mark.parametrize(
    ("old", "new", "help"),
    [
        ("schedule: joint", "schedule: joint, batch_size: 8", "`batch_size` belongs in `recipes.NAME`"),
        (
            "schedule: joint",
            "schedule: joint, batchsize: 8",
            "did you mean `batch_size`, which belongs in `recipes.NAME`?",
        ),
        ("name: jmi", "name: jmi\nstop_gradient: true", "`stop_gradient` belongs in `branches.NAME`"),
        ("  bound:", "  exclude_self: true\n  bound:", "`exclude_self` belongs in `objective.marginal.all-views`"),
        ("schedule: joint", "schedule: joint, swop: true", "did you mean `swap`?"),
        ("    epochs: 800", "    epochs: 800\n    epoch: 3", "did you mean `epochs`? it is given already"),
        ("  digits:", "  tiny: {swap: true}\n  digits:", "`swap` belongs in `optimize`"),
        ("name: jmi", "name: jmi\nqqqqq: 1", None),
    ],
)
def test_an_unknown_key_says_where_it_belongs(old: str, new: str, help: str | None) -> None:
    text = (specs_folder() / "jmi.yaml").read_text()
    assert old in text
    (found,) = [item for item in check(read_document(text.replace(old, new, 1))) if item.code == "SY002"]
    assert found.help == help
