"""Edits of text: one at a time on small documents, then random changes of random documents against the same change of the tree."""

import re
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ssmi_dsl.diagnostics import Change, Loc
from ssmi_dsl.document import read_document
from ssmi_dsl.fixes import delete_key, insert_key, rename_key, set_value
from ssmi_dsl.fixes.layout import RefusedError, comments_in, text_edits
from ssmi_dsl.fixes.patching import edited
from ssmi_dsl.fixes.tree import changed, same_tree
from ssmi_dsl.fixes.value_text import value_text

BLOCK = """\
# head
a:   # about a
  b: 1 # one

  # about c
  c:
    d: x
    e: [1, 2] # list
f: {g: 1, h: {i: j}, k: }
l:
- m: 1
  n: 2
- o
"""


def edit(text: str, *changes: Change) -> str:
    document = read_document(text)
    after = edited(text, text_edits(document, changes))
    result = read_document(after)
    assert document.data is not None
    assert same_tree(result.data, changed(document.data, changes)), after
    return after


@pytest.mark.parametrize(
    ("change", "old", "new"),
    [
        (set_value(("a", "b"), 2.5), "b: 1 #", "b: 2.5 #"),
        (set_value(("a", "b"), "1"), "b: 1 #", "b: '1' #"),
        (set_value(("a", "c", "d"), "yes"), "d: x", "d: 'yes'"),
        (set_value(("a", "c", "d"), "a: b"), "d: x", "d: 'a: b'"),
        (set_value(("a", "c", "d"), "tab\tand \x07"), "d: x", 'd: "tab\\tand \\x07"'),
        (set_value(("a", "c", "d"), {"p": [1, True]}), "d: x", "d: {p: [1, true]}"),
        (set_value(("f", "g"), "x, y"), "g: 1", "g: 'x, y'"),
        (set_value(("f", "k"), 1), "k: }", "k: 1}"),
        (set_value(("f", "h", "i"), {"j": 3}), "i: j}", "i: {j: 3}}"),
        (set_value(("f", "h", "i", "j"), 3), "i: j}", "i: {j: 3}}"),
        (set_value(("a", "c", "e", 1), 7), "[1, 2]", "[1, 7]"),
        (set_value(("a", "x", "y"), 1.0e-5), "    e: [1, 2] # list\n", "    e: [1, 2] # list\n  x: {y: 1.0e-05}\n"),
        (set_value(("a", "c", "x"), None), "    e: [1, 2] # list\n", "    e: [1, 2] # list\n    x: null\n"),
        (insert_key(("f",), "x", 1), "k: }", "k: , x: 1}"),
        (insert_key(("f", "h"), "x", 1), "i: j}", "i: j, x: 1}"),
        (insert_key((), "x", 1), "- o\n", "- o\nx: 1\n"),
        (insert_key(("l", 0), "x", 1), "  n: 2\n", "  n: 2\n  x: 1\n"),
        (delete_key(("a", "b")), "  b: 1 # one\n", "  # one\n"),
        (delete_key(("a", "c", "d")), "    d: x\n", ""),
        (delete_key(("a", "c")), "  c:\n    d: x\n    e: [1, 2] # list\n", "  # list\n"),
        (delete_key(("f", "g")), "{g: 1, h", "{h"),
        (delete_key(("f", "h")), "g: 1, h: {i: j}, k", "g: 1, k"),
        (delete_key(("f", "k")), "j}, k: }", "j}}"),
        (delete_key(("f", "h", "i")), "{i: j}", "{}"),
        (delete_key(("a", "c", "e", 0)), "[1, 2]", "[2]"),
        (delete_key(("l", 0, "m")), "- m: 1\n  n", "- n"),
        (delete_key(("l", 1)), "- o\n", ""),
        (rename_key(("a", "c", "d"), "on"), "d: x", "'on': x"),
        (rename_key(("f", "h"), "z"), "h: {", "z: {"),
    ],
)
def test_one_change(change: Change, old: str, new: str) -> None:
    assert BLOCK.count(old) == 1
    assert edit(BLOCK, change) == BLOCK.replace(old, new)
    windows = BLOCK.replace("\n", "\r\n")
    assert edit(windows, change) == BLOCK.replace(old, new).replace("\n", "\r\n")


def test_a_file_without_a_final_line_break_keeps_none() -> None:
    assert edit("a: 1\nb: 2", insert_key((), "c", 3)) == "a: 1\nb: 2\nc: 3"
    assert edit("a: 1\nb: 2", delete_key(("b",))) == "a: 1"


def test_the_only_key_of_a_mapping_leaves_an_empty_one() -> None:
    assert edit("a:\n  b: 1\nc: 2\n", delete_key(("a", "b"))) == "a: {}\nc: 2\n"


def test_two_keys_of_one_mapping_are_inserted_in_order() -> None:
    text = edit("a:\n  b: 1\n", set_value(("a", "c"), 1), set_value(("a", "d", "e"), 2), set_value(("a", "d", "f"), 3))
    assert text == "a:\n  b: 1\n  c: 1\n  d: {e: 2, f: 3}\n"


def test_a_key_replaces_the_last_one() -> None:
    assert edit("a:\n  b: 1\n  c: 2\n", delete_key(("a", "c")), set_value(("a", "d"), 3)) == "a:\n  b: 1\n  d: 3\n"


@pytest.mark.parametrize(
    ("text", "change", "reason"),
    [
        ("a: &x {b: 1}\nc: *x\n", set_value(("a", "b"), 2), "an anchor or an alias"),
        ("a: &x {b: 1}\nc: *x\n", set_value(("c", "b"), 2), "an anchor or an alias"),
        ("a: &x {b: 1}\nc: *x\n", delete_key(("a",)), "an anchor or an alias"),
        ("a: {b: &x 1}\nc: *x\n", set_value(("a",), 2), "an anchor or an alias"),
        ("a: 1\n", insert_key((), "a", 2), "is there already"),
        ("a: 1\nb: 2\n", rename_key(("a",), "b"), "is there already"),
        ("a: 1\n", delete_key(("b",)), "no such key"),
        ("a: 1\n", delete_key(("a",)), "all that the spec says"),
        ("a: 1\n", set_value(("a", "b", "c"), 1), "no place"),
        ("a: |2\n   text\n", set_value(("a",), 1), "a block of text"),
        ("a: |2\n   text\n", insert_key((), "b", 1), "a block of text"),
        ("a: | # why\n  text\n", set_value(("a",), 1), "a comment"),
        ("a:\n  b: 1 # why\n  c: 2\n", set_value(("a",), 1), "a comment"),
        ("{a: 1, # why\n b: 2}\n", delete_key(("a",)), "a comment"),
        ("a: [1]\n", set_value(("a", 4), 1), "no place"),
    ],
)
def test_refused(text: str, change: Change, reason: str) -> None:
    with pytest.raises(RefusedError, match=reason):
        text_edits(read_document(text), [change])


TEXT = """\
a: | # head
  # no comment

  x: y
    more

# a comment
b: >-
  folded
  # still text
 # less
c: |
# after an empty one
d:
  - |
    item
  # below
  - e
"""


@pytest.mark.parametrize(
    ("change", "old", "new"),
    [
        (delete_key(("b",)), "b: >-\n  folded\n  # still text\n", ""),
        (set_value(("b",), "x"), "b: >-\n  folded\n  # still text\n", "b: x\n"),
        (set_value(("c",), "x"), "c: |\n", "c: x\n"),
        (delete_key(("c",)), "c: |\n", ""),
        (set_value(("d", 0), "x"), "  - |\n    item\n", "  - x\n"),
        (delete_key(("d", 0)), "  - |\n    item\n", ""),
    ],
)
def test_a_block_of_text_ends_before_the_comments_behind_it(change: Change, old: str, new: str) -> None:
    assert TEXT.count(old) == 1
    assert edit(TEXT, change) == TEXT.replace(old, new)
    assert edit(TEXT.replace("\n", "\r\n"), change) == TEXT.replace(old, new).replace("\n", "\r\n")


def test_keys_are_inserted_behind_a_block_of_text() -> None:
    assert edit("a: |\n  x\n\n# c\n", insert_key((), "b", 1)) == "a: |\n  x\nb: 1\n\n# c\n"
    assert edit("a: >-\n  x", insert_key((), "b", 1)) == "a: >-\n  x\nb: 1"


def test_a_hash_inside_of_text_is_no_comment_and_hides_none() -> None:
    text = "a: 'x #y' # z\nb: x#y\n# w"
    assert [text[a:b] for a, b in comments_in(read_document(text), 0, len(text))] == ["# z", "# w"]


def test_an_edit_of_another_text_is_refused() -> None:
    edits = text_edits(read_document("a: 1\n"), [set_value(("a",), 2)])
    with pytest.raises(ValueError, match="line 1"):
        edited("a: 3\n", edits)


AWKWARD: list[Any] = [
    *["", " ", "a", "a b", "yes", "010", "1e-3", "null", "~", "- a", "a: b", "a #b", "#a", "'", '"', "it's", "a, b", "[", "}"],
    *["*x", "&x", "!t", "%a", "@a", "`a`", "\t", "a\nb", "\x07", "é", "\U0001f600", "-", "?", ":", "a:", "=", "<<", "1:30", ".5"],
    *[0, -1, 3, 1.0, 1e-5, 1e16, float("inf"), True, False, None, [], {}, ["x, y", 1], {"k": {"yes": "no"}}],
]  # fmt: skip
KEYS = ["alpha", "b", "c d", "yes", "k-1", "é"]


def scalars() -> st.SearchStrategy[Any]:
    return st.sampled_from(AWKWARD)


def trees() -> st.SearchStrategy[Any]:
    leaves = scalars()
    return st.recursive(
        leaves,
        lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(KEYS), inner, max_size=3),
        max_leaves=8,
    )


@st.composite
def documents(draw: st.DrawFn) -> str:
    """Text in block style down to a random depth, then in flow style, with comments and blank lines in between."""
    newline = draw(st.sampled_from(["\n", "\r\n"]))
    count = iter(range(10_000))

    def noise(indent: str) -> list[str]:
        kind = draw(st.integers(0, 5))
        return [f"{indent}# own {next(count)}"] if kind == 0 else [""] if kind == 1 else []

    def tail() -> str:
        return f" # tail {next(count)}" if draw(st.integers(0, 3)) == 0 else ""

    def block(value: Any, indent: str, depth: int) -> list[str]:
        lines: list[str] = []
        step = draw(st.sampled_from(["  ", "   "]))
        items = list(value.items()) if isinstance(value, dict) else [(None, item) for item in value]
        for key, item in items:
            lines += noise(indent)
            head = f"{indent}{value_text(key)}:" if key is not None else f"{indent}-"
            if depth > 0 and isinstance(item, (dict, list)) and item:
                lines.append(head + tail())
                lines += block(item, indent + step, depth - 1)
            elif isinstance(item, str) and re.fullmatch(r"[!-~][ -~]*", item) and draw(st.booleans()):
                lines += [f"{head} |-", *(indent + step + line for line in item.split("\n"))]
            else:
                lines.append(f"{head} {value_text(item, flow=False)}" + tail())
        return lines

    data = draw(st.dictionaries(st.sampled_from(KEYS), trees(), min_size=1, max_size=4))
    text = newline.join(block(data, "", draw(st.integers(0, 3)))) + draw(st.sampled_from(["", newline, newline * 2]))
    read = read_document(text)
    assert same_tree(read.data, data), text
    return text


def paths(value: Any, loc: Loc = ()) -> list[Loc]:
    inner = (
        list(value.items()) if isinstance(value, dict) else list(enumerate(value)) if isinstance(value, list) else []
    )
    return [loc, *(path for key, item in inner for path in paths(item, (*loc, key)))]


@given(documents(), st.data())
@settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_an_edited_text_reads_as_the_changed_tree_and_keeps_every_comment(text: str, data: st.DataObject) -> None:
    document = read_document(text)
    assert document.data is not None
    loc = data.draw(st.sampled_from(paths(document.data)))
    kind = data.draw(st.sampled_from(["set", "insert", "deep", "delete", "rename"]))
    value = data.draw(scalars())
    change = {
        "set": set_value(loc, value),
        "insert": insert_key(loc, "new", value),
        "deep": set_value((*loc, "new", "er"), value),
        "delete": delete_key(loc),
        "rename": rename_key(loc, "new: name"),
    }[kind]
    try:
        edits = text_edits(document, [change])
    except RefusedError:
        return
    after = edited(text, edits)
    result = read_document(after)
    assert same_tree(result.data, changed(document.data, [change])), (change, after)
    before_comments = [text[a:b] for a, b in comments_in(document, 0, len(text))]
    assert [after[a:b] for a, b in comments_in(result, 0, len(after))] == before_comments
    # what was the last line may be deleted; the one before it had an end
    assert after.endswith(("\n", "\r")) == text.endswith(("\n", "\r")) or kind == "delete"
    assert ("\r\n" in text) or "\r" not in after
