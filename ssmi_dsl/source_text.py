"""Bytes to text, and the characters that a spec may not contain."""

import re
from collections.abc import Iterator

from ssmi_dsl.diagnostics import Diagnostic
from ssmi_dsl.positions import Positions
from ssmi_dsl.rules.sy008_document_over_budget import RULE as DOCUMENT_OVER_BUDGET
from ssmi_dsl.rules.sy010_unsupported_yaml import RULE as UNSUPPORTED_YAML
from ssmi_dsl.rules.sy013_invisible_character import RULE as INVISIBLE_CHARACTER

MAX_BYTES = 1024 * 1024
# enough to find them all in a few rounds, few enough to read
MAX_CHARACTER_REPORTS = 20

_BOM = "\ufeff"
_UTF16 = (b"\xff\xfe", b"\xfe\xff")
# controls but tab, LF and CR; soft hyphens, zero-width spaces and BOMs; line and paragraph separators; bidirectional controls
# (CVE-2021-42574); invisible operators and tags; lone surrogates; non-characters
_REFUSED_RUN = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\xad\u061c\u180e\u200b\u200e\u200f\u2028-\u202e\u2060-\u2064\u2066-\u2069"
    "\ud800-\udfff\ufeff\ufff9-\ufffb\ufffe\uffff\U000e0000-\U000e007f]+"
)
# stands for a refused character while the rest is read: same length, no meaning in YAML
_REPLACEMENT = "\ufffd"


def decode(text: str | bytes, path: str) -> tuple[str, Diagnostic | None]:
    """The text without a byte-order mark, and what keeps it from being read: its size or its encoding."""
    if num_bytes(text) > MAX_BYTES:
        message = f"the file has more than {MAX_BYTES:,} bytes, the most that a spec may have"
        return "", DOCUMENT_OVER_BUDGET.at(path, Positions("").span(0, 0), message)
    if isinstance(text, str):
        return text.removeprefix(_BOM), None
    if text.startswith(_UTF16) or (len(text) > 1 and (text[0] == 0) != (text[1] == 0)):
        # without a mark: one byte of the first letter is zero
        message = "the file is encoded as UTF-16 or UTF-32"
        return "", UNSUPPORTED_YAML.at(path, Positions("").span(0, 0), message, help="save it as UTF-8")
    try:
        return text.decode("utf-8").removeprefix(_BOM), None
    except UnicodeDecodeError as error:
        readable = text.decode("utf-8", "replace").removeprefix(_BOM)
        offset = len(text[: error.start].decode("utf-8").removeprefix(_BOM))
        message = f"the file is not UTF-8: byte 0x{text[error.start]:02x} at offset {error.start}"
        span = Positions(readable).span(offset, offset + 1)
        return readable, UNSUPPORTED_YAML.at(path, span, message, help="save it as UTF-8")


def num_bytes(text: str | bytes) -> int:
    """Bytes of `text` in UTF-8, half a surrogate pair counted as three."""
    if isinstance(text, bytes) or text.isascii():
        return len(text)
    return len(text.encode("utf-8", "surrogatepass"))


def refused_characters(text: str, path: str, positions: Positions) -> Iterator[Diagnostic]:
    """Runs of characters that do not show, or show the text in another order than it is read; the first twenty."""
    for count, match in enumerate(_REFUSED_RUN.finditer(text)):
        if count == MAX_CHARACTER_REPORTS:
            return
        run = match.group()
        message = f"invisible character U+{ord(run[0]):04X}" + (f" and {len(run) - 1:,} more" if len(run) > 1 else "")
        span = positions.span(match.start(), match.end())
        yield INVISIBLE_CHARACTER.at(path, span, message, help="delete it, or write it as an escape in double quotes")


def without_refused(text: str) -> str:
    """`text`, offsets kept, with every refused character replaced."""
    return _REFUSED_RUN.sub(lambda run: _REPLACEMENT * len(run.group()), text)


def has_surrogate(text: str) -> bool:
    """Whether `text` holds half of a surrogate pair, which no encoding can write."""
    return not text.isascii() and any("\ud800" <= character <= "\udfff" for character in text)
