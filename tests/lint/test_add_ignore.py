"""Suppressions that are written for what is found."""

import pytest

from ssmi_dsl.bundled import specs_folder
from ssmi_dsl.check import check
from ssmi_dsl.document import read_document
from ssmi_dsl.lint.add_ignore import add_ignores

EMA = "    update: {ema: {momentum: 0.99, final: 1.0, schedule: cosine}}\n"


def spec(old: str, new: str) -> str:
    text = (specs_folder() / "byol.yaml").read_text()
    assert old in text
    return text.replace(old, new, 1)


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("    update: {ema: {momentum: 0.5}}\n", "    update: {ema: {momentum: 0.5}} # ssmi: ignore[EM002] why\n"),
        (
            "    update: {ema: {momentum: 0.5}} # a note\n",
            "    update: {ema: {momentum: 0.5}} # a note # ssmi: ignore[EM002] why\n",
        ),
        (
            "    update: {ema: {momentum: 0.5}} # ssmi: ignore[EM003] old\n",
            "    update: {ema: {momentum: 0.5}} # ssmi: ignore[EM003, EM002] old\n",
        ),
        (
            "    # ssmi: ignore[EM003] old\n    update: {ema: {momentum: 0.5}}\n",
            "    # ssmi: ignore[EM003, EM002] old\n    update: {ema: {momentum: 0.5}}\n",
        ),
        (
            "    update:\n      ema:\n        momentum: 0.5\n",
            "    update:\n      ema:\n        momentum: 0.5 # ssmi: ignore[EM002] why\n",
        ),
    ],
)
@pytest.mark.parametrize("newline", ["\n", "\r\n"])
def test_a_comment_is_written_or_joined(line: str, expected: str, newline: str) -> None:
    document = read_document(spec(EMA, line).replace("\n", newline))
    before = check(document)
    added = add_ignores(document, before, "why")
    assert added.document.text == spec(EMA, expected).replace("\n", newline)
    assert [item.code for item in added.silenced] == ["EM002"]
    assert "EM002" not in [item.code for item in check(added.document)]


def test_rules_that_cannot_be_silenced_are_left() -> None:
    document = read_document(spec("swap: true", "swap: true, swop: 1"))
    added = add_ignores(document, check(document))
    assert added.document is document
    assert [item.code for item in added.left] == ["SY002"]


def test_no_comment_is_written_into_a_text_of_several_lines() -> None:
    text = spec("title: Bootstrap Your Own Latent", 'seed: "one\n  two"\ntitle: x')
    document = read_document(text)
    warning = next(
        item for item in check(read_document(spec(EMA, "    update: {ema: {momentum: 0.5}}\n"))) if item.code == "EM002"
    )
    from dataclasses import replace

    inside = replace(warning, span=document.span(("seed",)), path=document.path)
    added = add_ignores(document, [inside])
    assert "# ssmi: ignore[EM002]\nseed:" in added.document.text
