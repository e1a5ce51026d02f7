"""Offsets in a text to lines and columns."""

import re
from bisect import bisect_right
from functools import cached_property

from ssmi_dsl.diagnostics import Span

_BREAK = re.compile(r"\r\n|\r|\n")


class Positions:
    """Line starts of `text`; a line ends at LF, CR or CR LF."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._length = len(text)

    def span(self, start: int, end: int) -> Span:
        """The span of `[start, end)`, clamped to the text."""
        start = min(max(start, 0), self._length)
        end = min(max(end, start), self._length)
        line, column = self._place(start)
        end_line, end_column = self._place(end)
        return Span(start, end, line, column, end_line, end_column)

    def line(self, number: int) -> Span:
        """The span of line `number`, counted from 1, without its line break."""
        return self.span(self._starts[number - 1], self._ends[number - 1])

    @cached_property
    def _breaks(self) -> list[tuple[int, int]]:
        return [match.span() for match in _BREAK.finditer(self._text)]

    @cached_property
    def _starts(self) -> list[int]:
        return [0, *(end for _, end in self._breaks)]

    @cached_property
    def _ends(self) -> list[int]:
        return [*(start for start, _ in self._breaks), self._length]

    def _place(self, offset: int) -> tuple[int, int]:
        line = bisect_right(self._starts, offset)
        return line, offset - self._starts[line - 1] + 1


def split_lines(text: str) -> list[str]:
    """Lines of `text` as `Positions` counts them."""
    return _BREAK.split(text)
