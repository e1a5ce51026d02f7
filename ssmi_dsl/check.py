"""Linting a spec: everything that reading, validation and rules find, under each of its recipes."""

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, cast

from ssmi_dsl.diagnostics import Diagnostic, Loc
from ssmi_dsl.document import Document
from ssmi_dsl.engine import DEFAULT_SETTINGS, Settings, finish, run_rules
from ssmi_dsl.in_objective import InObjective
from ssmi_dsl.load import Problems, build_method, find_source, open_spec, with_recipe
from ssmi_dsl.repeats import Repeats
from ssmi_dsl.resolve import Resolved
from ssmi_dsl.rules.base import Check, Rule
from ssmi_dsl.rules.context import RuleContext
from ssmi_dsl.spec.method import Method, under_recipe
from ssmi_dsl.spec.optimize import MAX_RECIPES
from ssmi_dsl.spec.recipe import DEFAULT_RECIPE
from ssmi_dsl.spec_ignores import judge_spec_ignores, silences
from ssmi_dsl.validation import Known


def check(
    source: str | Path | Document,
    *,
    settings: Settings = DEFAULT_SETTINGS,
    recipe: str | None = None,
    overrides: Sequence[str] = (),
) -> tuple[Diagnostic, ...]:
    """Every finding in a spec, sorted; under all its recipes, or under the one named.

    `source` is a path, a bundled name or a document that was read; `overrides` are as of `load`. Raises SpecError where there is no such file.
    """
    document = source if isinstance(source, Document) else find_source(source)
    found: list[Diagnostic] = list(document.diagnostics)
    whole = open_spec(document, overrides=overrides)
    if isinstance(whole, tuple):
        found.extend(whole)
        return finish(found, document.suppressions, settings, document.path, complete=False)
    understood = True
    repeats = Repeats()
    silenced: set[str] = set()
    silencers: dict[str, Loc] = {}
    names = (recipe,) if recipe is not None else recipe_names(whole)
    for name, merged, method, problems in _under_recipes(whole, names, overrides):
        found.extend(problems)
        understood = understood and method is not None
        context = RuleContext(method, merged) if method is not None else _recovered(merged, name, problems, overrides)
        if context is None:
            continue
        words = context.method.spec.lint.ignore
        silencers.update({word: ("lint", "ignore", index) for index, word in enumerate(words)})
        for index, item in _rule_findings(context, merged, settings.checks):
            silent = [word for word in words if silences(word, item)]
            silenced.update(silent)
            if not silent:
                repeats.add(name, index, item)
    found.extend(repeats.findings())
    if understood:
        found.extend(judge_spec_ignores(silencers, silenced, whole, settings))
    return finish(_without_echoes(found), document.suppressions, settings, document.path, complete=understood)


def _under_recipes(
    whole: Resolved, names: Sequence[str], overrides: Sequence[str]
) -> Iterator[tuple[str, Resolved, Method | None, Problems]]:
    """The spec under each recipe, as `with_recipe` and `build_method` give it; recipes that only set numbers share what is built."""
    shared: tuple[Method | None, Problems] | None = None
    known: Known | None = None
    for name in names:
        merged = with_recipe(whole, name, overrides)
        if merged is whole and shared is not None:
            method, problems = shared
            yield name, merged, None if method is None else under_recipe(method, name), problems
            continue
        method, problems = build_method(merged, name, known)
        if known is None and method is not None:
            known = Known(merged.data, method.spec)
        if merged is whole:
            shared = method, problems
        yield name, merged, method, problems


def _rule_findings(
    context: RuleContext, merged: Resolved, checks: Sequence[tuple[Rule, Check]]
) -> Iterator[tuple[int, Diagnostic]]:
    """What the rules on the method find, placed in `merged`, with the index of the objective that they looked at."""
    method = context.method
    for index in range(len(method.objectives)):
        place = InObjective(merged, index) if isinstance(merged.data.get("objective"), list) else merged
        focused = RuleContext(method.focused(index), context.source)
        found = run_rules(focused, place, checks, silenced=method.spec.lint.ignore)
        yield from ((index, item) for item in found)


def _without_echoes(found: Sequence[Diagnostic]) -> Iterator[Diagnostic]:
    """A word that is no boolean here is reported once, not for YAML 1.1 as well."""
    wrong = {item.span for item in found if item.code in ("SY004", "SY006")}
    return (item for item in found if item.code != "SY009" or item.span not in wrong)


def _recovered(
    merged: Resolved, recipe: str, problems: Sequence[Diagnostic], overrides: Sequence[str]
) -> RuleContext | None:
    from ssmi_dsl.recovery import recovered  # only specs with mistakes pay for it

    return recovered(merged, recipe, problems, overrides)


def recipe_names(whole: Resolved) -> tuple[str, ...]:
    """`default` and the recipes that the spec names, as many as a spec may have."""
    named = whole.data.get("recipes")
    names = tuple(cast(Mapping[str, Any], named)) if isinstance(named, Mapping) else ()
    return tuple(dict.fromkeys((DEFAULT_RECIPE, *names[:MAX_RECIPES])))
