from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ssmi_dsl.document import Document, read_document, read_file
from ssmi_dsl.render import concise, full, json_format

TEXT = """\
# a method
views: {count: 2}
branches:
  online: &net
    widths: [512, 128]
  target: *net
loss: "dot" # trailing
"""


def shown(document: Document, loc: tuple[str | int, ...], of: str = "value") -> str:
    span = document.span(loc, "key" if of == "key" else "value")
    return document.text[span.start : span.end]


def codes(text: str | bytes) -> list[str]:
    return [diagnostic.code for diagnostic in read_document(text).diagnostics]


def test_data_and_spans() -> None:
    document = read_document(TEXT, "a.yaml")
    assert document.diagnostics == ()
    net = {"widths": [512, 128]}
    assert document.data == {"views": {"count": 2}, "branches": {"online": net, "target": net}, "loss": "dot"}
    assert shown(document, ("views", "count")) == "2"
    assert shown(document, ("views", "count"), "key") == "count"
    assert shown(document, ("views",)) == "{count: 2}"
    assert shown(document, ("branches", "online", "widths", 1)) == "128"
    assert shown(document, ("branches", "online", "widths", 1), "key") == "128"
    assert shown(document, ("branches",)).endswith("*net")
    assert shown(document, ("branches", "target")) == "*net"
    assert shown(document, ("branches", "target", "widths", 0)) == "512"
    assert shown(document, ("loss",)) == '"dot"'
    assert document.span(("loss",)).line == 7
    assert document.span(("loss",)).column == 7


def test_a_missing_place_is_shown_at_its_nearest_ancestor() -> None:
    document = read_document(TEXT)
    assert shown(document, ("branches", "online", "depth", 3)) == "online"
    assert shown(document, ("branches", "online", "widths", 9)) == "widths"
    assert shown(document, ("nothing",)) == "# a method"
    assert shown(document, ()) == "# a method"
    assert document.has(())
    assert document.has(("branches", "target", "widths", 1))
    assert not document.has(("branches", "target", "widths", 2))
    assert not document.has(("views", "count", "more"))
    assert not read_document("").has(())


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", ["SY004"]),
        ("# only a comment\n", ["SY004"]),
        ("---\n", ["SY004"]),
        ("~", ["SY004"]),
        ("- 1\n", ["SY004"]),
        ("word", ["SY004"]),
        ("a: [1", ["SY001"]),
        ("a: b: c", ["SY001"]),
        ("a:\n\tb: 1\n", ["SY001"]),
        ("a: @b", ["SY001"]),
        ('a: "\\q"', ["SY001"]),
        ('a: "\\UFFFFFFFF"', ["SY001"]),
        ("a: 1\na: 2\n", ["SY003"]),
        ("a: 1\na: {b: 1}\nc: 2", ["SY003"]),
        ("a: *b", ["SY010"]),
        ("a: &b [*b]", ["SY010"]),
        ("a: &b {c: *b}", ["SY010"]),
        ("a: &b {c: 1}\nd:\n  <<: *b\n", ["SY010"]),
        ("a: !custom 1", ["SY010"]),
        ("a: !!python/object/apply:os.system [ls]", ["SY010"]),
        ("!!map {a: 1}", ["SY010"]),
        ("1: a", ["SY010"]),
        ("true: a", ["SY010"]),
        ("null: a", ["SY010"]),
        ("? \n: b", ["SY010"]),
        ("[a]: b", ["SY010"]),
        ("? {a: 1}\n: b\nc: 1", ["SY010"]),
        ("&x a: 1\n*x : 2", ["SY010"]),
        ("a: 1\n---\nb: 2", ["SY010"]),
        ("%TAG !e! tag:e,2000:\n---\na: 1", ["SY010"]),
        (b"\xff\xfea\x00", ["SY010"]),
        (b"a: \xc3\xa9\xff", ["SY010"]),
        ("a: x\x00y", ["SY013"]),
        ("a: 1 # \u202e evil", ["SY013"]),
        ("a: \ud800", ["SY013"]),
        ("a: x\u2028y", ["SY013"]),
        ("a: yes", ["SY009"]),
        ("on: 1", ["SY009"]),
        ("a: 010", ["SY009"]),
        ("a: 'yes'", []),
        ('"<<": 1', []),
        ("a: " + "9" * 5000, ["SY005"]),
        ("a: 1e999", ["SY005"]),
        ("a: " + "[" * 64 + "]" * 64, ["SY008"]),
        ("a: " + "[" * 63 + "]" * 63, []),
        ("[" * 200_000, ["SY008"]),
        ("a: [" + "1," * 10_000 + "]", ["SY008"]),
        ("a: " + "x" * 70_000, ["SY008"]),
        ("? " + "x" * 2000 + "\n: 1", ["SY008"]),
        ("a: 1\n#" + "x" * 1024 * 1024, ["SY008"]),
        (b"#" * (1024 * 1024 + 1), ["SY008"]),
    ],
)
def test_bad_input_is_reported(text: str | bytes, expected: list[str]) -> None:
    assert codes(text) == expected


def test_aliases_are_counted_as_what_they_stand_for() -> None:
    doubling = "a0: &a0 [x, x]\n" + "".join(f"a{i}: &a{i} [*a{i - 1}, *a{i - 1}]\n" for i in range(1, 40))
    assert codes(doubling) == ["SY008"]
    deep = "a0: &a0 [x]\n" + "".join(f"a{i}: &a{i} [*a{i - 1}]\n" for i in range(1, 80))
    assert codes(deep) == ["SY008"]


def test_an_anchor_may_be_given_again() -> None:
    document = read_document("a: &x 1\nb: *x\nc: &x 2\nd: *x\n")
    assert document.data == {"a": 1, "b": 1, "c": 2, "d": 2}


def test_the_first_of_duplicate_keys_is_kept_and_pointed_at() -> None:
    document = read_document("a: 1\nb: 2\na: 3\n")
    assert document.data == {"a": 1, "b": 2}
    (diagnostic,) = document.diagnostics
    assert diagnostic.span.line == 3
    assert diagnostic.labels[0].span.line == 1


def test_positions_count_code_points_after_the_byte_order_mark() -> None:
    document = read_document("\ufeff𝜏é: 1\r\nb: [2,\r\n 3]\r\n".encode())
    assert document.data == {"𝜏é": 1, "b": [2, 3]}
    assert shown(document, ("𝜏é",)) == "1"
    assert (document.span(("b", 1)).line, document.span(("b", 1)).column) == (3, 2)


def test_a_bad_byte_is_located() -> None:
    (diagnostic,) = read_document(b"a: 1\nb: \xc3\xa9\xff\n").diagnostics
    assert (diagnostic.span.line, diagnostic.span.column) == (2, 5)


def test_suppressions() -> None:
    text = (
        "# ssmi: ignore[SD010, momentum-too-low]  on purpose\n"
        "a: 'x # ssmi: ignore[SD001]'\n"
        "b: 1 # ssmi:ignore[SY009]\n"
        "c: |\n  # ssmi: ignore[SD002]\n"
        "d: 2 # ssmi: ignore\n"
        "e: x#ssmi:ignore[SD003]\n"
    )
    found = read_document(text).suppressions
    assert [(s.line, s.codes, s.reason, s.standalone, s.covers) for s in found] == [
        (1, ("SD010", "momentum-too-low"), "on purpose", True, 2),
        (3, ("SY009",), "", False, 3),
        (6, (), "", False, 6),
    ]
    assert (found[1].span.column, found[1].span.end_column) == (6, 26)


YAML_TEXT = st.text(st.sampled_from("ab:-?[]{},&*!|>'\"%@`# \n\t\r0189._~<ye\x00\u202e\ud800é𝜏\\xU"), max_size=80)


@settings(max_examples=300, deadline=None)
@given(st.one_of(st.text(), YAML_TEXT, st.binary(max_size=60)))
def test_random_text_never_raises(text: str | bytes) -> None:
    document = read_document(text)
    assert (document.data is None) <= bool(document.diagnostics)
    for diagnostic in document.diagnostics:
        assert 0 <= diagnostic.span.start <= diagnostic.span.end <= len(document.text)
        assert diagnostic.span.line >= 1
        assert diagnostic.span.column >= 1
    sources = {document.path: document.text}
    for render in (full.render, concise.render, json_format.render):
        output = render(document.diagnostics, sources)
        assert all(character.isprintable() or character == "\n" for character in output)


def test_a_file_that_is_too_large_or_cannot_be_opened_is_reported(tmp_path: Path) -> None:
    big = tmp_path / "big.yaml"
    with big.open("wb") as file:
        file.truncate(1 << 32)  # sparse: 4 GiB that must not be loaded
    assert [item.code for item in read_file(big).diagnostics] == ["SY008"]
    (found,) = read_file(tmp_path).diagnostics
    assert (found.code, found.message) == ("SY001", "the file cannot be read: Is a directory")
