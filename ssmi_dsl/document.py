"""A YAML file as data with the place of every key and value. Reading never raises on bad input: it reports."""

import errno
import os
import re
import stat
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path
from typing import Any, Literal, NamedTuple, cast

from ssmi_dsl.diagnostics import MAX_FINDINGS, Diagnostic, Loc, Span, TextEdit
from ssmi_dsl.positions import Positions
from ssmi_dsl.reader import read_tree
from ssmi_dsl.rules.sy001_syntax_error import RULE as SYNTAX_ERROR
from ssmi_dsl.rules.sy008_document_over_budget import RULE as DOCUMENT_OVER_BUDGET
from ssmi_dsl.source_text import MAX_BYTES, decode
from ssmi_dsl.tree import Node, Range

_SUPPRESSION = re.compile(
    # the mark comes first, then what must stand before it: a search for a fixed letter is ten times as fast
    r"#(?:(?<=[ \t]#)|(?<=^#))[ \t]*ssmi:[ \t]*ignore\b(?:\[([^\]\r\n]*)\])?[ \t]*([^\r\n]*)",
    re.MULTILINE,
)


class Suppression(NamedTuple):
    """A comment `# ssmi: ignore[SD010, momentum-too-low] reason`.

    It holds for the findings of its own line or, `standalone` on a line of its own, of the next. No `codes`: it names no rule.
    `text` is the comment as written; `removal` takes it out, with its line if it is `standalone`.
    """

    line: int
    codes: tuple[str, ...]
    reason: str
    span: Span
    standalone: bool = False
    text: str = ""
    removal: TextEdit | None = None

    @property
    def covers(self) -> int:
        """The line whose findings it silences."""
        return self.line + 1 if self.standalone else self.line


@dataclass(frozen=True)
class Document:
    """A file that was read. `data` is None if the file is not one mapping that can be read; `diagnostics` then say why."""

    path: str
    text: str = field(repr=False)
    data: dict[str, Any] | None
    diagnostics: tuple[Diagnostic, ...] = ()
    suppressions: tuple[Suppression, ...] = ()
    root: Node | None = field(default=None, repr=False, compare=False)
    scalars: tuple[tuple[int, int], ...] = field(default=(), repr=False, compare=False)
    positions: Positions = field(default_factory=lambda: Positions(""), repr=False, compare=False)

    def has(self, loc: Loc) -> bool:
        """Whether the file has a value at `loc`."""
        return self._find(loc)[1] == len(loc) and self.root is not None

    def span(self, loc: Loc, of: Literal["value", "key"] = "value") -> Span:
        """Where `loc` stands: its value or key (an item of a list has no key: its value).

        A missing `loc` is shown at the key of its nearest ancestor; the top level is shown as the first line.
        """
        node, depth, key = self._find(loc)
        if node is None or depth == 0:
            return self.positions.line(1)
        if key is not None and (depth < len(loc) or of == "key"):
            return self.positions.span(*key)
        return self.positions.span(node.start, node.end)

    def _find(self, loc: Loc) -> tuple[Node | None, int, Range | None]:
        node, key = self.root, None
        for depth, step in enumerate(loc):
            found = node.children.get(step) if node is not None else None
            if found is None:
                return node, depth, key
            key, node = found
        return node, len(loc), key


def read_document(text: str | bytes, path: str = "<string>") -> Document:
    """Reads one YAML mapping within fixed budgets; see `ssmi_dsl.reader`. `path` is only a name for messages."""
    source, problem = decode(text, path)
    positions = Positions(source)
    if problem is not None:
        return Document(path, source, None, (problem,), positions=positions)
    tree = read_tree(source, path, positions)
    data = cast(dict[str, Any], tree.root.value) if tree.root is not None else None
    suppressions: tuple[Suppression, ...] = ()
    if data is not None:
        # one more than may be: what is left of the text is not searched
        suppressions = tuple(islice(_suppressions(source, positions, tree.scalars), MAX_FINDINGS + 1))
    diagnostics = tuple(sorted(tree.diagnostics, key=lambda diagnostic: diagnostic.sort_key))
    if sum(max(len(item.codes), 1) for item in suppressions) > MAX_FINDINGS:
        message = f"over {MAX_FINDINGS} suppressions; none of them holds"
        diagnostics = (*diagnostics, DOCUMENT_OVER_BUDGET.at(path, positions.line(1), message))
        suppressions = ()
    return Document(path, source, data, diagnostics, suppressions, tree.root, tree.scalars, positions)


def read_file(path: Path, *, read: Callable[[bytes, str], Document] = read_document) -> Document:
    """Reads a regular file, of which at most the budget and one byte are loaded, by `read`.

    A file that cannot be read is a document with a diagnostic.
    """
    try:
        text = _bytes_of(path)
    except (OSError, ValueError) as error:
        positions = Positions("")
        message = f"the file cannot be read: {getattr(error, 'strerror', None) or error}"
        return Document(
            str(path), "", None, (SYNTAX_ERROR.at(str(path), positions.span(0, 0), message),), positions=positions
        )
    return read(text, str(path))


def _bytes_of(path: Path) -> bytes:
    # opening a pipe would wait for a writer, and a device has no end
    with open(os.open(path, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0)), "rb") as file:
        mode = os.fstat(file.fileno()).st_mode
        if stat.S_ISDIR(mode):
            raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR))
        if not stat.S_ISREG(mode):
            raise OSError(errno.EINVAL, "it is not a regular file")
        return file.read(MAX_BYTES + 1)


def _suppressions(text: str, positions: Positions, scalars: Sequence[tuple[int, int]]) -> Iterator[Suppression]:
    inside = iter(scalars)
    scalar = next(inside, None)
    start = 0
    while (match := _SUPPRESSION.search(text, start)) is not None:
        while scalar is not None and scalar[1] <= match.start():
            scalar = next(inside, None)
        if scalar is not None and scalar[0] <= match.start():
            # text that only looks like a comment; a real one may stand behind it on the same line
            start = scalar[1]
            continue
        start = match.end()
        span = positions.span(match.start(), match.start() + len(match.group().rstrip()))
        codes = tuple(code.strip() for code in (match.group(1) or "").split(",") if code.strip())
        before = text[positions.line(span.line).start : match.start()]
        removal = _removal(text, positions, span, before)
        yield Suppression(
            span.line, codes, match.group(2).strip(), span, not before.strip(), text[span.start : span.end], removal
        )


def _removal(text: str, positions: Positions, span: Span, before: str) -> TextEdit:
    start = span.start - len(before) + len(before.rstrip())
    end = positions.line(span.line).end
    if not before.strip():
        if text[end : end + 2] == "\r\n":
            end += 2
        elif end < len(text):
            end += 1
        elif span.line > 1:
            start = positions.line(span.line - 1).end
    return TextEdit(positions.span(start, end), text[start:end], "")
