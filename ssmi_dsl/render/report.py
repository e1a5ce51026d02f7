"""What a run of the linter has to say, and the formats in which it is said. A format is imported when it is asked for."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from importlib import import_module
from typing import cast

from ssmi_dsl.diagnostics import Diagnostic

# name on the command line -> module of this package
FORMATS = {
    "full": "full",
    "concise": "concise",
    "json": "json_format",
    "github": "github",
    "gitlab": "gitlab",
    "sarif": "sarif",
    "junit": "junit",
}


@dataclass(frozen=True)
class Report:
    """The findings of a run. `sources` has the text of the files that have some; `files` names every file that was linted.
    `fixed` counts the findings that were fixed before."""

    diagnostics: Sequence[Diagnostic]
    sources: Mapping[str, str] = field(default_factory=dict[str, str])
    files: Sequence[str] = ()
    exit_code: int = 0
    fixed: int = 0


def render_report(format: str, report: Report, *, color: bool = False) -> str:
    """The text of `report` in one of `FORMATS`, without a line break after the last; it is a whole document also when nothing was found."""
    module = import_module(f"ssmi_dsl.render.{FORMATS[format]}")
    render = cast("Callable[[Report, bool], str]", module.render_report)
    return render(report, color)


def is_document(format: str) -> bool:
    """Whether programs read the format, so that an empty run is still a document and notes go elsewhere."""
    return format in ("json", "gitlab", "sarif", "junit")
