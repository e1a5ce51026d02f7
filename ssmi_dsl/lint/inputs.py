"""The files that `ssmi lint` was asked for."""

import os
import stat
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

from ssmi_dsl.document import Document, read_document, read_file
from ssmi_dsl.errors import UsageError
from ssmi_dsl.load import locate_source
from ssmi_dsl.real_path import real_path
from ssmi_dsl.source_text import MAX_BYTES, decode

SUFFIXES = (".yaml", ".yml")
STDIN = "<stdin>"
# written by ssmi itself, or by others; nobody's specs
_SKIPPED = frozenset({"node_modules", "__pycache__"})


class Input(NamedTuple):
    """One file to lint. `data` are its bytes, one more than the budget at most, None if it cannot be read; `file` is where a fix is written
    to, None for standard input and for a bundled spec that was named."""

    path: str
    data: bytes | None
    file: Path | None
    is_stdin: bool = False

    def read(self) -> Document:
        """The file read as YAML. Nobody keeps it: a thousand documents need more memory than they are worth time."""
        return read_file(Path(self.path)) if self.data is None else read_document(self.data, self.path)

    @property
    def text(self) -> str:
        """The text that positions count in."""
        return "" if self.data is None else decode(self.data, self.path)[0]


def read_inputs(paths: Sequence[str], stdin_filename: str | None = None) -> list[Input]:
    """Every file that `paths` name, each once: files, folders (all specs in them), bundled names, `-` for standard input.

    Raises SpecError for a name that is neither. Standard input counts as the file `stdin_filename`, where its settings are looked up.
    """
    found: dict[str, Input] = {}
    for path in paths:
        if path == "-":
            if "-" not in found:
                if sys.stdin is None:  # pyright: ignore[reportUnnecessaryComparison] - closed before the process started
                    raise UsageError("-: standard input is closed")
                found["-"] = Input(stdin_filename or STDIN, sys.stdin.buffer.read(MAX_BYTES + 1), None, True)
            continue
        # os.path answers where pathlib raises: for names that are too long, and links that lead to themselves
        for file in _specs_in(Path(path)) if os.path.isdir(path) else (locate_source(path),):
            key = str(real_path(file))
            if key not in found:
                is_bundled = not os.path.lexists(path)
                found[key] = Input(str(file), _bytes_of(file), None if is_bundled else file)
    return list(found.values())


def _bytes_of(file: Path) -> bytes | None:
    """None for what cannot be read or has no end; reading it as a spec then says why."""
    try:
        # opening a pipe would wait for a writer
        with open(os.open(file, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0)), "rb") as stream:
            is_regular = stat.S_ISREG(os.fstat(stream.fileno()).st_mode)
            return stream.read(MAX_BYTES + 1) if is_regular else None
    except OSError:
        return None


def _specs_in(folder: Path) -> Iterator[Path]:
    """Specs below `folder`, sorted; hidden files and folders are not looked into, links to folders not followed."""
    files: list[Path] = []
    for here, folders, names in os.walk(folder):
        folders[:] = sorted(name for name in folders if not name.startswith(".") and name not in _SKIPPED)
        files += [Path(here) / name for name in names if name.endswith(SUFFIXES) and not name.startswith(".")]
    yield from sorted(files)
