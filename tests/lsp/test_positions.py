"""Positions: UTF-16 units, the line breaks of the protocol, and round trips."""

import pytest

pytest.importorskip("pygls", reason="the extra `lsp` is not installed")

from hypothesis import given
from hypothesis import strategies as st
from lsprotocol import types
from pygls.workspace import PositionCodec

from ssmi_runtime.lsp.positions import TextPositions

TEXTS = st.text(alphabet="aé漢😀 \n\r\u2028\x0b\x85", max_size=30)


def _positions(text: str) -> TextPositions:
    return TextPositions(text, PositionCodec(types.PositionEncodingKind.Utf16))


def test_columns_are_utf_16_units() -> None:
    positions = _positions("é😀x\r\n漢y")
    assert positions.position(3) == types.Position(0, 4)
    assert positions.position(6) == types.Position(1, 1)
    assert positions.offset(types.Position(0, 3)) == 2
    assert positions.offset(types.Position(0, 2)) == 2, "inside of a surrogate pair is after it"


def test_what_the_protocol_does_not_break_is_one_line() -> None:
    assert _positions("a\u2028b\x0bc\x85d\ne").position(8) == types.Position(1, 0)


def test_beyond_the_end_is_the_end() -> None:
    positions = _positions("ab\nc")
    assert positions.offset(types.Position(0, 99)) == 2
    assert positions.offset(types.Position(9, 0)) == 4


@given(TEXTS, st.integers(0, 30))
def test_offset_of_a_position_is_where_it_came_from(text: str, offset: int) -> None:
    offset = min(offset, len(text))
    if text[max(offset - 1, 0) : offset + 1] != "\r\n":
        assert _positions(text).offset(_positions(text).position(offset)) == offset


@given(TEXTS, st.integers(0, 30))
def test_a_byte_order_mark_moves_the_first_line_only(text: str, offset: int) -> None:
    offset = min(offset, len(text))
    codec = PositionCodec(types.PositionEncodingKind.Utf16)
    plain, marked = _positions(text).position(offset), TextPositions(text, codec, has_mark=True).position(offset)
    assert (marked.line, marked.character) == (plain.line, plain.character + (1 if plain.line == 0 else 0))
    if text[max(offset - 1, 0) : offset + 1] != "\r\n":
        assert TextPositions(text, codec, has_mark=True).offset(marked) == offset
