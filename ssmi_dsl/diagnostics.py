"""Diagnostics: what the tool says about a user's file. Values only: rules report them, renderers print them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Literal, NamedTuple

Loc = tuple[str | int, ...]
Value = str | int | float | bool | None | Sequence["Value"] | Mapping[str, "Value"]

# in one file, of one stage (reading, validation, references): nobody reads more, and a bad file must not cost seconds
MAX_FINDINGS = 200


class Severity(StrEnum):
    """How much a finding weighs; `error` makes `ssmi lint` exit 1 and `ssmi compile` refuse."""

    ERROR = "error"
    WARNING = "warning"
    INFO = "info"

    @property
    def weight(self) -> int:
        """1 for info, 2 for a warning, 3 for an error."""
        return {Severity.INFO: 1, Severity.WARNING: 2, Severity.ERROR: 3}[self]


class Span(NamedTuple):
    """A range of source text. Offsets count code points from 0; lines and columns count from 1; the end is exclusive."""

    start: int
    end: int
    line: int
    column: int
    end_line: int
    end_column: int


class Label(NamedTuple):
    """A second place that belongs to a finding, with its own text."""

    span: Span
    text: str


class Applicability(StrEnum):
    """How a fix may be applied: `safe` by --fix, `unsafe` by --unsafe-fixes, `manual` never: it is only shown."""

    SAFE = "safe"
    UNSAFE = "unsafe"
    MANUAL = "manual"


class Change(NamedTuple):
    """One change of a tree at `loc`; made by the functions of `ssmi_dsl.fixes`. `key` is the new name of a renamed key."""

    kind: Literal["set", "insert", "delete", "rename"]
    loc: Loc
    value: Value = None
    key: str = ""


class TextEdit(NamedTuple):
    """Replace `old`, which stands at `span`, by `new`."""

    span: Span
    old: str
    new: str

    @property
    def lines(self) -> range:
        """Numbers of the lines whose text it changes; lines put in between two others change neither."""
        if not self.old and self.new[:1] in ("\n", "\r"):
            return range(0)
        ends_before = self.span.end_column == 1 and self.span.end_line > self.span.line
        return range(self.span.line, self.span.end_line + (0 if ends_before else 1))


@dataclass(frozen=True, slots=True)
class Patch:
    """A fix as edits of the file that its finding is in. `refused` says why it has none; it is then `manual`.

    `changes` say the same of the file's tree, by paths of this file: what it must read as afterwards.
    """

    title: str
    applicability: Applicability
    edits: tuple[TextEdit, ...] = ()
    refused: str | None = None
    changes: tuple[Change, ...] = ()


@dataclass(frozen=True, slots=True)
class Diagnostic:
    """One finding in one file.

    `message` stands on its own, in lower case, without a full stop; `label` is written under the caret; `notes` say why, with the source;
    `help` says what to do, `fix` does it.
    """

    code: str
    name: str
    severity: Severity
    message: str
    path: str
    span: Span
    label: str = ""
    labels: tuple[Label, ...] = ()
    notes: tuple[str, ...] = ()
    help: str | None = None
    loc: Loc = ()
    fix: Patch | None = None

    @property
    def sort_key(self) -> tuple[str, int, int, str]:
        return (self.path, self.span.start, self.span.end, self.code)
