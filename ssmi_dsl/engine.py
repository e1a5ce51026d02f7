"""Runs the rules over a spec and settles what is shown: selection, severities, suppression comments, order."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Literal, Protocol

from ssmi_dsl.diagnostics import Applicability, Diagnostic, Label, Loc, Patch, Severity, Span, TextEdit
from ssmi_dsl.document import Suppression
from ssmi_dsl.fixes.fix import Fix
from ssmi_dsl.in_objective import InObjective
from ssmi_dsl.resolve import Resolved
from ssmi_dsl.rules import all_rules, find_rule, suggest_rules
from ssmi_dsl.rules.base import Check, Finding, Rule
from ssmi_dsl.rules.sy014_unused_suppression import RULE as UNUSED_SUPPRESSION
from ssmi_dsl.rules.sy015_unknown_suppression import RULE as UNKNOWN_SUPPRESSION
from ssmi_dsl.wording import quote


class Placed(Protocol):
    """What knows where a YAML path is written: a `Document`, or a `Resolved` spec."""

    @property
    def path(self) -> str: ...

    def span(self, loc: Loc, of: Literal["value", "key"] = "value") -> Span: ...


@dataclass(frozen=True)
class Settings:
    """Which rules count, by code (`SD001`), prefix of codes (`SD`, `SD0`) or name.

    An empty `select` selects all; `ignore` wins over `select`, and the closer of `extend` and `ignore` over the other. In `severity`
    the closest wins (a name or a whole code, then a longer prefix), of two alike the later. Rules that are not suppressible always
    count, as errors.
    """

    select: tuple[str, ...] = ()
    ignore: tuple[str, ...] = ()
    severity: Mapping[str, Severity] = field(default_factory=dict[str, Severity])
    extend: tuple[str, ...] = ()

    def enables(self, rule: Rule) -> bool:
        # the usual case first: this is asked for every rule of every file
        if not rule.suppressible or not (self.select or self.ignore):
            return True
        extended = _closeness(self.extend, rule)
        selected = not self.select or extended > 0 or _closeness(self.select, rule) > 0
        ignored = _closeness(self.ignore, rule)
        return selected and (ignored == 0 or extended > ignored)

    @cached_property
    def checks(self) -> tuple[tuple[Rule, Check], ...]:
        """The enabled rules that have a check, with their checks: the same for every file under these settings."""
        return enabled_checks(self)

    def severity_of(self, rule: Rule, default: Severity) -> Severity:
        if not self.severity:
            return default
        hits = [word for word in list(self.severity)[::-1] if matches(word, rule)] if rule.suppressible else []
        return self.severity[max(hits, key=lambda word: _closeness((word,), rule))] if hits else default


DEFAULT_SETTINGS = Settings()


def matches(selector: str, rule: Rule) -> bool:
    """Whether a selector names `rule`: its code or the start of it, in any case, or its name."""
    wanted = selector.strip()
    return bool(wanted) and (rule.code.startswith(wanted.upper()) or rule.name == wanted.lower())


def _closeness(selectors: Sequence[str], rule: Rule) -> int:
    """How closely the closest of `selectors` names `rule`: 0 not at all, by a prefix its length, a code or a name most."""
    lengths = (
        len(rule.code) if selector.strip().lower() == rule.name else len(selector.strip())
        for selector in selectors
        if matches(selector, rule)
    )
    return max(lengths, default=0)


def enabled_checks(settings: Settings = DEFAULT_SETTINGS) -> tuple[tuple[Rule, Check], ...]:
    """The enabled rules that have a check, with their checks."""
    return tuple(
        (module.rule, module.check)
        for module in all_rules()
        if module.check is not None and settings.enables(module.rule)
    )


def run_rules(
    context: object, document: Placed, checks: Iterable[tuple[Rule, Check]], *, silenced: Sequence[str] = ()
) -> list[Diagnostic]:
    """Every finding of `checks` (see `enabled_checks`); `context` is what they are given.

    Findings that a word of `silenced` names will not be shown: no patch is made for them, which would read the text again.
    """
    return [
        _diagnostic(rule, finding, document, patched=not any(matches(word, rule) for word in silenced))
        for rule, check in checks
        for finding in check(context)
    ]


def finish(
    diagnostics: Iterable[Diagnostic],
    suppressions: Sequence[Suppression] = (),
    settings: Settings = DEFAULT_SETTINGS,
    path: str = "<string>",
    *,
    complete: bool = True,
) -> tuple[Diagnostic, ...]:
    """What is shown, in order, each finding once. `suppressions` are those of the file `path` and hold for it alone.

    Where the rules on the method could not run (not `complete`) nothing is said about suppressions that silence nothing.
    """
    used: set[tuple[int, str]] = set()
    kept: list[Diagnostic] = []
    for diagnostic in diagnostics:
        rule = _rule(diagnostic)
        silencers = _silencers(diagnostic, rule, suppressions) if diagnostic.path == path else []
        used.update(silencers)
        if settings.enables(rule) and not silencers:
            shown = _left_alone(diagnostic, suppressions) if diagnostic.path == path else diagnostic
            kept.append(replace(shown, severity=settings.severity_of(rule, diagnostic.severity)))
    for diagnostic in _judge(suppressions, used, settings, path, complete):
        rule = _rule(diagnostic)
        if settings.enables(rule):
            kept.append(replace(diagnostic, severity=settings.severity_of(rule, diagnostic.severity)))
    unique = {(d.path, d.span, d.code, d.message): d for d in reversed(kept)}
    return tuple(sorted(unique.values(), key=lambda diagnostic: (*diagnostic.sort_key, diagnostic.message)))


def _diagnostic(rule: Rule, finding: Finding, document: Placed, *, patched: bool) -> Diagnostic:
    found = rule.at(
        document.path,
        document.span(finding.loc, finding.of),
        finding.message,
        label=finding.label,
        labels=tuple(_label(loc, text, document) for loc, text in finding.labels),
        notes=finding.notes,
        help=finding.help,
        loc=finding.loc,
        fix=_patch(finding.fix, document) if patched or not rule.suppressible else None,
    )
    return found if finding.severity is None else replace(found, severity=finding.severity)


def _label(loc: Loc, text: str, document: Placed) -> Label:
    """A second place. What the file inherits is marked at its `extends`, and says so."""
    is_inherited = isinstance(document, Resolved) and document.is_inherited(loc)
    return Label(document.span(loc), f"inherited: {text}" if is_inherited else text)


def _patch(fix: Fix | None, document: Placed) -> Patch | None:
    if fix is None:
        return None
    if isinstance(document, InObjective):
        fix, document = document.relocated(fix), document.source
    if not isinstance(document, Resolved):
        return None
    from ssmi_dsl.fixes.patching import patch_for  # only findings with a fix pay for it

    return patch_for(fix, document)


def _rule(diagnostic: Diagnostic) -> Rule:
    found = find_rule(diagnostic.code)
    return found.rule if found is not None else Rule(diagnostic.code, diagnostic.name, diagnostic.severity, "")


def _silencers(diagnostic: Diagnostic, rule: Rule, suppressions: Sequence[Suppression]) -> list[tuple[int, str]]:
    if not rule.suppressible:
        return []
    return [
        (index, code)
        for index, suppression in enumerate(suppressions)
        if suppression.covers == diagnostic.span.line
        for code in suppression.codes
        if code.upper() == rule.code or code.lower() == rule.name
    ]


def _left_alone(diagnostic: Diagnostic, suppressions: Sequence[Suppression]) -> Diagnostic:
    """Nobody edits a line that a suppression speaks of: what was accepted there was accepted as it is."""
    fix = diagnostic.fix
    if fix is None or not suppressions:
        return diagnostic
    lines = {line for item in suppressions for line in (item.line, item.covers)}
    if not any(line in lines for edit in fix.edits for line in edit.lines):
        return diagnostic
    refused = "a suppression covers the line"
    return replace(diagnostic, fix=replace(fix, applicability=Applicability.MANUAL, edits=(), refused=refused))


def _judge(
    suppressions: Sequence[Suppression], used: set[tuple[int, str]], settings: Settings, path: str, complete: bool
) -> Iterator[Diagnostic]:
    for index, suppression in enumerate(suppressions):
        if not suppression.codes:
            help = "name the rules in brackets: `# ssmi: ignore[SY009] reason`"
            yield UNKNOWN_SUPPRESSION.at(path, suppression.span, "the suppression names no rule", help=help)
        for code in suppression.codes:
            module = find_rule(code)
            if module is None:
                near = suggest_rules(code, 1)
                help = f"did you mean {quote(near[0])}?" if near else None
                fix = _edited_codes(suppression, code, near[0]) if near else None
                yield UNKNOWN_SUPPRESSION.at(
                    path, suppression.span, f"no rule is called {quote(code)}", help=help, fix=fix
                )
            elif not module.rule.suppressible:
                message, fix = f"{module.rule.code} cannot be suppressed", _edited_codes(suppression, code, None)
                yield UNUSED_SUPPRESSION.at(path, suppression.span, message, help="remove it", fix=fix)
            elif complete and (index, code) not in used and settings.enables(module.rule):
                message = f"{quote(code)} finds nothing on line {suppression.covers}"
                fix = _edited_codes(suppression, code, None)
                yield UNUSED_SUPPRESSION.at(path, suppression.span, message, help="remove it", fix=fix)


def _edited_codes(suppression: Suppression, code: str, new: str | None) -> Patch:
    """The comment with `code` replaced, or without it; the last code takes the comment with it."""
    if new is None and len(suppression.codes) == 1:
        edits = (suppression.removal,) if suppression.removal is not None else ()
        return Patch("remove the suppression", Applicability.SAFE, edits)
    codes = [new if item == code else item for item in suppression.codes]
    head, _, rest = suppression.text.partition("[")
    text = f"{head}[{', '.join(item for item in codes if item is not None)}]{rest.partition(']')[2]}"
    edit = TextEdit(suppression.span, suppression.text, text)
    title = f"remove `{code}` from the suppression" if new is None else f"write `{new}`"
    return Patch(title, Applicability.SAFE if new is None else Applicability.UNSAFE, (edit,))
