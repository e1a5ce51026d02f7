"""Exceptions of the language.

SsmiError                 base of everything that ssmi raises on purpose
├── SpecError             a spec has findings of severity error
├── RecipeError           a recipe is named that the spec does not have
├── StarterError          a starter spec cannot be made as asked
└── UsageError            a command or a project's configuration asks for what cannot be done
"""

from collections.abc import Sequence

from ssmi_dsl.diagnostics import Diagnostic
from ssmi_dsl.wording import escape


class SsmiError(Exception):
    """Base of the errors that ssmi raises on purpose; its text is meant for the user."""


class SpecError(SsmiError):
    """A spec cannot be used. `diagnostics` holds every finding, errors included."""

    def __init__(self, diagnostics: Sequence[Diagnostic]) -> None:
        self.diagnostics = tuple(diagnostics)
        lines = [
            f"{escape(d.path)}:{d.span.line}:{d.span.column}: {d.severity} {d.code} {escape(d.message)}"
            for d in self.diagnostics
        ]
        super().__init__("\n".join(lines) or "the spec has errors")


class RecipeError(SsmiError):
    """A recipe is named that the spec does not have."""


class StarterError(SsmiError):
    """A starter spec cannot be made as asked."""


class UsageError(SsmiError):
    """The command line or the project's configuration is wrong: exit code 2, nothing was checked."""
