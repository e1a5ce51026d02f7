"""Mutations of the bundled specs, of their bytes, their tokens and their trees: whatever comes out, the linter answers in good order.

The quick run takes a few hundred, `-m slow` ten thousand and more; each is made from its number alone, so that a failure names itself.
"""

import copy
import json
import random
from collections.abc import Callable, Iterator
from typing import Any

import pytest
import yaml

from ssmi_dsl.bundled import bundled_names, specs_folder
from ssmi_dsl.check import check
from ssmi_dsl.diagnostics import Diagnostic
from ssmi_dsl.document import Document, read_document
from ssmi_dsl.render import concise, full, json_format

TEXTS = {name: (specs_folder() / f"{name}.yaml").read_text(encoding="utf-8") for name in bundled_names()}
TREES: dict[str, Any] = {name: yaml.safe_load(text) for name, text in TEXTS.items()}
# what a token may be replaced by: words of the language, values of every type, and what YAML treats in a special way
TOKENS = (
    "byol", "cosine", "infonce", "ema", "none", "mlp", "in-batch", "predictor", "online", "target", "default",
    "null", "true", "false", "yes", "010", "0", "1", "-1", "1.5", "1e3", ".inf", ".nan", "1e999", "9" * 5000,
    "''", "'", '"', "[]", "[", "{}", "{a: 1}", "{mlp: [8]}", "*x", "&x ", "<<", "!x ", "!!int ", "%", "@", "`", "|", ">", "-", "? ", ":", ", ", " #",
    "---", "...", "\t", "\n", "\r", "\n  ", "\x00", "\x1b", "\u202e", "\u200b", "\ufeff", "\ud800", "é", "\U0001d70f",
)  # fmt: skip
VALUES: tuple[Any, ...] = (
    None, True, False, 0, 1, -1, 3.5, 1e300, float("inf"), "", "x", "byol", "cosine", "online", "on-e-step", "\x1b[31m", "🙂", [], ["a"], [[]],
    {}, {"mlp": [8, 4]}, {"cosine": {"temperature": 0.1}}, {"ema": {"momentum": 2}}, {"x": {"y": [1]}}, "x" * 300, 10**30,
)  # fmt: skip


def mutated_bytes(randomness: random.Random, name: str) -> bytes:
    """Bytes changed, removed, repeated and moved."""
    data = bytearray(TEXTS[name].encode())
    for _ in range(randomness.randint(1, 8)):
        at = randomness.randrange(len(data))
        match randomness.randrange(5):
            case 0:
                data[at] = randomness.randrange(256)
            case 1:
                del data[at : at + randomness.randint(1, 40)]
            case 2:
                data[at:at] = data[at : at + randomness.randint(1, 200)]
            case 3:
                data[at:at] = bytes(randomness.choices(range(256), k=randomness.randint(1, 6)))
            case _:
                data = data[: at + 1]
        data = data or bytearray(b"\n")
    return bytes(data)


def mutated_tokens(randomness: random.Random, name: str) -> str:
    """Tokens replaced, inserted, removed, exchanged, and lines moved in and out."""
    tokens = _tokens(TEXTS[name])
    for _ in range(randomness.randint(1, 5)):
        at, other = randomness.randrange(len(tokens)), randomness.randrange(len(tokens))
        match randomness.randrange(5):
            case 0:
                tokens[at] = randomness.choice(TOKENS)
            case 1:
                tokens.insert(at, randomness.choice(TOKENS))
            case 2:
                tokens[at], tokens[other] = tokens[other], tokens[at]
            case 3:
                del tokens[at]
            case _:
                tokens[at] = tokens[at] * randomness.randint(2, 30)
    return "".join(tokens)


def mutated_tree(randomness: random.Random, name: str) -> str:
    """Values replaced, keys renamed, subtrees removed, copied to other places and taken from other specs."""
    tree = copy.deepcopy(TREES[name])
    for _ in range(randomness.randint(1, 4)):
        holders = [item for item in _collections(tree) if item]
        holder: Any = randomness.choice(holders) if holders else tree
        key: Any = (
            randomness.choice(list(holder) if isinstance(holder, dict) else range(len(holder))) if holder else "x"
        )
        match randomness.randrange(5):
            case 0:
                del holder[key]
            case 1 if isinstance(holder, dict):
                holder[randomness.choice((str(key) + "x", str(key)[1:], str(key).upper(), "of", "mlp"))] = holder.pop(
                    key
                )
            case 2:
                donors = list(_collections(copy.deepcopy(TREES[randomness.choice(sorted(TREES))])))
                holder[key] = randomness.choice(donors)
            case _:
                holder[key] = copy.deepcopy(randomness.choice(VALUES))
        if not tree:
            return "{}"
    if randomness.random() < 0.5:
        return json.dumps(tree)
    return yaml.safe_dump(tree, allow_unicode=randomness.random() < 0.5, default_flow_style=None)


MUTATORS: dict[str, Callable[[random.Random, str], bytes | str]] = {
    "bytes": mutated_bytes,
    "tokens": mutated_tokens,
    "tree": mutated_tree,
}


def answer_in_good_order(text: bytes | str, *, render: bool) -> None:
    """Lints `text` and holds what is promised of every answer."""
    document = read_document(text, "fuzzed.yaml")
    found = check(document)
    assert (document.data is None) <= bool(found)
    assert len(found) <= 2000
    for item in found:
        _inside(item, document)
    assert list(found) == sorted(found, key=lambda item: (*item.sort_key, item.message))
    assert len({(item.path, item.span, item.code, item.message) for item in found}) == len(found)
    if render:
        sources = {document.path: document.text}
        for shown in (full.render(found, sources), concise.render(found, sources)):
            assert all(character.isprintable() or character == "\n" for character in shown)
        written = json.loads(json_format.render(found, sources))
        assert [item["code"] for item in written["diagnostics"]] == [item.code for item in found]


@pytest.mark.parametrize("kind", MUTATORS)
def test_some_mutations(kind: str) -> None:
    _run(kind, range(150), render_every=3)


@pytest.mark.slow
@pytest.mark.parametrize("block", range(6))
@pytest.mark.parametrize("kind", MUTATORS)
def test_many_mutations(kind: str, block: int) -> None:
    _run(kind, range(1000 + 600 * block, 1600 + 600 * block), render_every=10)


def _run(kind: str, numbers: range, *, render_every: int) -> None:
    names = sorted(TEXTS)
    for number in numbers:
        text = MUTATORS[kind](random.Random(f"{kind} {number}"), names[number % len(names)])
        try:
            answer_in_good_order(text, render=number % render_every == 0)
        except Exception as error:
            raise AssertionError(f"mutation {kind} {number} of {names[number % len(names)]}: {text!r}") from error


def _inside(item: Diagnostic, document: Document) -> None:
    for span in (item.span, *(label.span for label in item.labels)):
        assert 0 <= span.start <= span.end <= len(document.text)
        assert span == document.positions.span(span.start, span.end)
    assert item.path == document.path
    assert item.message
    assert len(item.message) < 1000
    if item.fix is not None:
        for edit in item.fix.edits:
            assert document.text[edit.span.start : edit.span.end] == edit.old


def _collections(value: object) -> Iterator[Any]:
    if isinstance(value, (dict, list)):
        yield value
        for inner in value.values() if isinstance(value, dict) else value:
            yield from _collections(inner)


def _tokens(text: str) -> list[str]:
    tokens: list[str] = []
    for character in text:
        if tokens and tokens[-1][-1].isalnum() and character.isalnum():
            tokens[-1] += character
        else:
            tokens.append(character)
    return tokens
