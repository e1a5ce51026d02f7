"""Between offsets of a text, in code points, and positions of the protocol, in the units that were agreed with the client.

Lines are those of the protocol and of `ssmi_dsl.positions`: they end at LF, CR or CR LF, and nowhere else.
"""

import re

from lsprotocol import types
from pygls.workspace import PositionCodec

from ssmi_dsl.diagnostics import Span

BYTE_ORDER_MARK = "\ufeff"
_BREAK = re.compile(r"\r\n|\r|\n")


class TextPositions:
    """Positions of one text. `codec` counts in UTF-16, or in whatever else the client agreed to.

    `has_mark` says that the client's text starts with a byte-order mark, which `text` is read without: its first line is one character longer there.
    """

    def __init__(self, text: str, codec: PositionCodec, *, has_mark: bool = False) -> None:
        self._text = text
        self._mark = codec.client_num_units(BYTE_ORDER_MARK) if has_mark else 0
        self._codec = codec
        breaks = list(_BREAK.finditer(text))
        self._starts = [0, *(match.end() for match in breaks)]
        self._ends = [*(match.start() for match in breaks), len(text)]

    def offset(self, position: types.Position) -> int:
        """The offset of a position; one beyond its line or the text is taken to the end of it."""
        if position.line >= len(self._starts):
            return len(self._text)
        start, end = self._starts[position.line], self._ends[position.line]
        units = self._mark if position.line == 0 else 0
        for offset in range(start, end):
            if units >= position.character:
                return offset
            units += self._codec.client_num_units(self._text[offset])
        return end

    def position(self, offset: int) -> types.Position:
        """The position of an offset."""
        line = next(index for index in reversed(range(len(self._starts))) if self._starts[index] <= offset)
        units = self._codec.client_num_units(self._text[self._starts[line] : offset])
        return types.Position(line, units + (self._mark if line == 0 else 0))

    def range(self, start: int, end: int) -> types.Range:
        """The range between two offsets."""
        return types.Range(self.position(start), self.position(end))

    def span(self, span: Span) -> types.Range:
        """The range of a span of this text."""
        return self.range(span.start, span.end)

    def line_end(self, line: int) -> int:
        """The offset of the end of a line, counted from 0, before its break."""
        return self._ends[line]
