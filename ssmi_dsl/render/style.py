"""Colours of a terminal (ECMA-48 SGR), or none."""

from typing import NamedTuple

from ssmi_dsl.diagnostics import Severity

_SEVERITY = {Severity.ERROR: "1;31", Severity.WARNING: "1;33", Severity.INFO: "1;36"}


class Style(NamedTuple):
    """Paints text if `color`."""

    color: bool

    def severity(self, severity: Severity, text: str) -> str:
        return self._paint(_SEVERITY[severity], text)

    def frame(self, text: str) -> str:
        return self._paint("1;34", text)

    def strong(self, text: str) -> str:
        return self._paint("1", text)

    def patch(self, sign: str, text: str) -> str:
        """A line that a fix takes away (`-`) or brings (`+`)."""
        return self._paint("31" if sign == "-" else "32", text)

    def _paint(self, code: str, text: str) -> str:
        return f"\x1b[{code}m{text}\x1b[0m" if self.color and text else text
