"""What a rule is and what it finds."""

from collections.abc import Callable, Iterator
from typing import Any, Literal, NamedTuple

from ssmi_dsl.diagnostics import Diagnostic, Label, Loc, Patch, Severity, Span
from ssmi_dsl.fixes.fix import Fix


class Rule(NamedTuple):
    """Identity of a rule. A rule that is not `suppressible` reports a file that cannot be read as meant; nothing silences it.

    A `reserved` one keeps its code for a fault that nothing checks yet, as its page says.
    """

    code: str
    name: str
    severity: Severity
    summary: str
    suppressible: bool = True
    reserved: bool = False

    def at(
        self,
        path: str,
        span: Span,
        message: str,
        *,
        label: str = "",
        labels: tuple[Label, ...] = (),
        notes: tuple[str, ...] = (),
        help: str | None = None,
        loc: Loc = (),
        fix: Patch | None = None,
    ) -> Diagnostic:
        """A diagnostic of this rule."""
        return Diagnostic(
            self.code, self.name, self.severity, message, path, span, label, labels, notes, help, loc, fix
        )


class Finding(NamedTuple):
    """One hit of a rule's check, placed by YAML path; `labels` are further places with their texts, `fix` what would remove it.

    `severity` is set only where a rule weighs its cases differently, as its page says.
    """

    loc: Loc
    message: str
    of: Literal["value", "key"] = "value"
    label: str = ""
    labels: tuple[tuple[Loc, str], ...] = ()
    notes: tuple[str, ...] = ()
    help: str | None = None
    severity: Severity | None = None
    fix: Fix | None = None


# what a rule finds in a context (of rules on the method: a `RuleContext`)
Check = Callable[[Any], Iterator[Finding]]


class RuleModule(NamedTuple):
    """A rule with its documentation page and, if it runs on a spec, its check."""

    rule: Rule
    page: str
    check: Check | None
