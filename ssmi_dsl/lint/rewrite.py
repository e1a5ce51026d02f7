"""Writing a fixed spec back: only over the bytes that were read, only inside of the project, whole or not at all."""

import difflib
from collections.abc import Sequence
from pathlib import Path

from ssmi_dsl.errors import SsmiError
from ssmi_dsl.lint.inputs import Input
from ssmi_dsl.lint.write import write_atomically
from ssmi_dsl.real_path import real_path

_BOM = b"\xef\xbb\xbf"
CONTEXT_LINES = 3


class RewriteError(SsmiError):
    """A file was not written; the text says why."""


def rewrite(item: Input, text: str, root: Path) -> None:
    """Write `text` to the file of `item`, with the byte-order mark and the mode that it had. Raises RewriteError.

    Refused: a bundled spec, a link that leaves `root`, the folder of the project, and a file that has changed since it was read.
    """
    if item.file is None or item.data is None:
        raise RewriteError(f"{item.path}: a bundled spec is not changed; copy it first")
    target = real_path(item.file)
    if real_path(root) not in target.parents:
        raise RewriteError(f"{item.path}: not written: it is a link that leaves the project")
    try:
        if target.read_bytes() != item.data:
            raise RewriteError(f"{item.path}: not written: the file has changed meanwhile")
        write_atomically(item.file, encoded(item, text))
    except OSError as error:
        raise RewriteError(f"{item.path}: not written: {error.strerror or error}") from error


def encoded(item: Input, text: str) -> bytes:
    """`text` as the bytes of a file that begins as that of `item` does."""
    mark = _BOM if item.data is not None and item.data.startswith(_BOM) else b""
    return mark + text.encode("utf-8", "surrogatepass")


def unified_diff(before: str, after: str, path: str) -> str:
    """The difference as `patch` reads it; line endings are kept, and a missing last one is named."""
    names = (f"{side}/{path.lstrip('/')}" for side in "ab")
    lines = difflib.unified_diff(_lines(before), _lines(after), *names, n=CONTEXT_LINES)
    return "".join(line if line.endswith("\n") else line + "\n\\ No newline at end of file\n" for line in lines)


def _lines(text: str) -> Sequence[str]:
    """Lines with their ends; only LF ends a line of a patch."""
    parts = text.split("\n")
    return [part + "\n" for part in parts[:-1]] + ([parts[-1]] if parts[-1] else [])
