"""Diagnostics: what the tool says about a user's file. Values only: rules report them, renderers print them."""

from dataclasses import dataclass
from enum import StrEnum

Loc = tuple[str | int, ...]

# in one file, of one stage (reading, validation, references): nobody reads more, and a bad file must not cost seconds
MAX_FINDINGS = 200


class Severity(StrEnum):
    """How much a finding weighs; `error` makes `ssmi lint` exit 1 and `ssmi compile` refuse."""

    ERROR = "error"
    WARNING = "warning"
    INFO = "info"


@dataclass(frozen=True, slots=True, order=True)
class Span:
    """A range of source text. Offsets count code points from 0; lines and columns count from 1; the end is exclusive."""

    start: int
    end: int
    line: int
    column: int
    end_line: int
    end_column: int


@dataclass(frozen=True, slots=True)
class Label:
    """A second place that belongs to a finding, with its own text."""

    span: Span
    text: str


@dataclass(frozen=True, slots=True)
class Diagnostic:
    """One finding in one file.

    `message` stands on its own, in lower case, without a full stop; `label` is written under the caret; `notes` say why, with the source;
    `help` says what to do.
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

    @property
    def sort_key(self) -> tuple[str, int, int, str]:
        return (self.path, self.span.start, self.span.end, self.code)
