"""Where a cursor stands in unfinished text. `|` marks it; every bundled spec, cut at every key, serves as a case too."""

from collections.abc import Iterator

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ssmi_dsl.bundled import bundled_names, specs_folder
from ssmi_dsl.diagnostics import Loc
from ssmi_dsl.document import read_file
from ssmi_dsl.editor.cursor import Cursor, locate
from ssmi_dsl.tree import Node

CASES: list[tuple[str, tuple[Loc, str, str] | None]] = [
    ("|", ((), "key", "")),
    ("na|", ((), "key", "na")),
    ("a: 1\n|", ((), "key", "")),
    ("a:\n  b|", (("a",), "key", "b")),
    ("a:\n  |", (("a",), "key", "")),
    ("a:\n  b:\n    c: 1\n  |", (("a",), "key", "")),
    ("a:\n  b: 1\n|", ((), "key", "")),
    ("a: |", (("a",), "value", "")),
    ("a: v|", (("a",), "value", "v")),
    ("a:|", None),
    ("a: {|", (("a",), "key", "")),
    ("a: {b: 1, c|", (("a",), "key", "c")),
    ("a: {b: {c: |", (("a", "b", "c"), "value", "")),
    ("a: {b: {c: 1}, |", (("a",), "key", "")),
    ("a: {b: 1}|", None),
    ("a: {b: 1}\n|", ((), "key", "")),
    ("a: {\n  b: 1,\n  |", (("a",), "key", "")),
    ("a: {\n  b: 1, # c: {\n  d: |", (("a", "d"), "value", "")),
    ("a: [|", (("a", 0), "value", "")),
    ("a: [x, {b: |", (("a", 1, "b"), "value", "")),
    ("a: [[1, 2], [|", (("a", 1, 0), "value", "")),
    ("a:\n  - |", (("a", 0), "value", "")),
    ("a:\n  - x\n  - y|", (("a", 1), "value", "y")),
    ("a:\n- x\n- y|", (("a", 1), "value", "y")),
    ("a:\n- b: 1\n  c|", (("a", 0), "key", "c")),
    ("a:\n- b: 1\n- c: |", (("a", 1, "c"), "value", "")),
    ("a:\n- b: 1\nd|", ((), "key", "d")),
    ("a: 1 # b|", None),
    ("# a|", None),
    ("a: >\n  text\n  b|", None),
    ("a: >\n  text\nb|", ((), "key", "b")),
    ('"a": {"b": |', (("a", "b"), "value", "")),
    ('a: {b: "x, {y", c|', (("a",), "key", "c")),
    ("a: {b: it's, c|", (("a",), "key", "c")),
    ("a:\r\n  b: {c: |", (("a", "b", "c"), "value", "")),
    ("stop-gradient: x\nb: |", (("b",), "value", "")),
    ("a: 1e-3\nb: http://x\nc: |", (("c",), "value", "")),
]


@pytest.mark.parametrize(("marked", "expected"), CASES)
def test_the_cursor_is_found(marked: str, expected: tuple[Loc, str, str] | None) -> None:
    offset = marked.rindex("|")
    found = locate(marked[:offset] + marked[offset + 1 :], offset)
    assert (None if found is None else (found.path, found.kind, found.prefix)) == expected
    if found is not None:
        assert found.start == offset - len(found.prefix)


def _keys(node: Node, loc: Loc) -> Iterator[tuple[Loc, int, int]]:
    for step, (key, child) in node.children.items():
        if key is not None and isinstance(step, str):
            yield loc, key.start, key.end
        yield from _keys(child, (*loc, step))


@pytest.mark.parametrize("name", bundled_names())
def test_every_key_of_a_bundled_spec_is_found_while_it_is_typed(name: str) -> None:
    document = read_file(specs_folder() / f"{name}.yaml")
    assert document.root is not None
    keys = list(_keys(document.root, ()))
    assert len(keys) > 20
    for path, start, end in keys:
        # nothing in front of the cursor tells the first key of an item of a block sequence from a scalar: see the cases above
        before = document.text[:start].splitlines()[-1] if start else ""
        kind = "value" if before.strip() == "-" else "key"
        assert locate(document.text, end) == Cursor(path, kind, document.text[start:end], start)


@given(st.text(alphabet="ab:-#{}[],'\"|> \n\r\t&*", max_size=60), st.integers(0, 60))
@settings(max_examples=400, derandomize=True, deadline=None)
def test_no_text_breaks_the_scan(text: str, offset: int) -> None:
    found = locate(text, min(offset, len(text)))
    assert found is None or text[found.start : found.start + len(found.prefix)] == found.prefix
