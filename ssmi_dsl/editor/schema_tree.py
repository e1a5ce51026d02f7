"""The JSON schema as a tree to walk along the path of a spec: what may stand there, with what an editor shows of it."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from typing import Any, cast

from ssmi_dsl.components.choice import NOT_COMPILED
from ssmi_dsl.diagnostics import Loc
from ssmi_dsl.schema import Schema, json_schema


@dataclass(frozen=True, slots=True)
class Entry:
    """A key or a word. `detail` is one line; `markdown` is what a hover shows; `takes` says what a key's value is."""

    text: str
    detail: str
    markdown: str
    takes: str = ""
    required: bool = False


@cache
def _schema() -> Schema:
    return json_schema(examples=False)


def keys_at(loc: Loc) -> tuple[Entry, ...]:
    """Keys that the mapping at `loc` may have, in the order of the language."""
    found: dict[str, Entry] = {}
    for node in _at(loc):
        required = cast(list[str], node.get("required", []))
        for key, below in cast(dict[str, Schema], node.get("properties", {})).items():
            found.setdefault(key, _key_entry(key, below, required=key in required))
    return tuple(found.values())


def words_at(loc: Loc) -> tuple[Entry, ...]:
    """Words that the value at `loc` may be, those without a compiler last."""
    found: dict[str, Entry] = {}
    for node in _at(loc):
        for word, told in _words(node):
            found.setdefault(word, Entry(word, str(told.get("description", "")), _markdown(told)))
    return tuple(sorted(found.values(), key=lambda entry: NOT_COMPILED in entry.markdown))


def key_entry(loc: Loc) -> Entry | None:
    """The key that `loc` ends with."""
    if not loc or not isinstance(loc[-1], str):
        return None
    return next((entry for entry in keys_at(loc[:-1]) if entry.text == loc[-1]), None)


def _at(loc: Loc) -> list[Schema]:
    nodes = list(_open(_schema()))
    for step in loc:
        nodes = [opened for node in nodes for below in _below(node, step) for opened in _open(below)]
    return nodes


def _below(node: Schema, step: str | int) -> Iterator[Schema]:
    if isinstance(step, int):
        items = node.get("items")
        if isinstance(items, dict):
            yield cast(Schema, items)
        yield from cast(list[Schema], node.get("prefixItems", []))[step : step + 1]
        return
    properties = cast(dict[str, Schema], node.get("properties", {}))
    if step in properties:
        yield properties[step]
        return
    yield from cast(dict[str, Schema], node.get("patternProperties", {})).values()
    others = node.get("additionalProperties")
    if isinstance(others, dict):
        yield cast(Schema, others)


def _open(node: Schema) -> Iterator[Schema]:
    """The node and everything that it refers to or chooses from."""
    yield node
    reference = node.get("$ref")
    if isinstance(reference, str):
        yield from _open(_schema()["$defs"][reference.rpartition("/")[2]])
    for key in ("anyOf", "oneOf", "allOf"):
        for option in cast(list[Schema], node.get(key, [])):
            yield from _open(option)
    for key in ("else", "then"):
        if key in node:
            yield from _open(cast(Schema, node[key]))


def _words(node: Schema) -> Iterator[tuple[str, Schema]]:
    if "const" in node:
        yield _spelled(node["const"]), node
    for value in cast(list[Any], node.get("enum", [])):
        yield _spelled(value), node
    if node.get("type") == "boolean":
        yield "true", node
        yield "false", node


def _spelled(value: Any) -> str:
    return {True: "true", False: "false"}[value] if isinstance(value, bool) else str(value)


def _key_entry(key: str, below: Schema, *, required: bool) -> Entry:
    told = next((node for node in _open(below) if "description" in node), below)
    return Entry(key, str(told.get("description", "")), _markdown(told), _takes(below), required)


def _takes(below: Schema) -> str:
    """`mapping` where the value is a mapping alone, so that an editor can open a new line; else the words or the type."""
    kinds = {str(node["type"]) for node in _open(below) if "type" in node} - {"null"}
    has_words = any(True for node in _open(below) for _ in _words(node))
    is_mapping = "object" in kinds and kinds <= {"object", "array"}
    return "words" if has_words else "mapping" if is_mapping else " or ".join(sorted(kinds))


def _markdown(told: Schema) -> str:
    return str(told.get("markdownDescription") or told.get("description") or "")
