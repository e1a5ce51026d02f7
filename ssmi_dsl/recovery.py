"""Going on after a mistake that has one meaning, so that one slip hides nothing else, and causes nothing else.

The rules on the method run on the spec as its safe fixes would make it, or without a part that no rule reads. Wherever a mistake could mean
several things they do not run at all: what they said would follow from the mistake.
"""

from collections.abc import Sequence
from itertools import pairwise

from ssmi_dsl.diagnostics import Applicability, Diagnostic, Loc, Patch
from ssmi_dsl.document import read_document
from ssmi_dsl.load import build_method, open_spec
from ssmi_dsl.resolve import Resolved, without
from ssmi_dsl.rules.context import RuleContext
from ssmi_dsl.spec.recipe import DEFAULT_RECIPE

# keys whose values no rule on the method reads
_INERT = frozenset({"title", "paper", "lint"})


def recovered(
    merged: Resolved, recipe: str, problems: Sequence[Diagnostic], overrides: Sequence[str] = ()
) -> RuleContext | None:
    """The method that the spec must have meant under `recipe`, or None where that is not certain."""
    inert: set[Loc] = set()
    patches: list[Patch] = []
    for item in problems:
        loc = _inert_part(item.loc, recipe)
        if loc is not None:
            inert.add(loc)
        elif item.fix is not None and item.fix.edits and item.fix.applicability is Applicability.SAFE:
            patches.append(item.fix)
        else:
            return None
    whole = _patched(merged, patches, recipe, overrides) if patches else merged
    if whole is None:
        return None
    for loc in inert:
        whole = without(whole, [str(loc[0])]) if len(loc) == 1 else _without_recipe(whole, str(loc[1]))
    method, _ = build_method(whole, recipe)
    return RuleContext(method, whole) if method is not None else None


def _inert_part(loc: Loc, recipe: str) -> Loc | None:
    """The part of the spec around `loc` that does not matter under `recipe`."""
    if loc[:1] and loc[0] in _INERT:
        return loc[:1]
    is_other = len(loc) > 1 and loc[0] == "recipes" and loc[1] not in (recipe, DEFAULT_RECIPE)
    return loc[:2] if is_other else None


def _patched(merged: Resolved, patches: Sequence[Patch], recipe: str, overrides: Sequence[str]) -> Resolved | None:
    from ssmi_dsl.fixes.patching import edited  # only findings with a fix pay for it

    edits = {edit.span: edit for patch in patches for edit in patch.edits}
    if any(before.end > after.start for before, after in pairwise(sorted(edits))):
        return None
    document = read_document(edited(merged.document.text, list(edits.values())), merged.path)
    whole = open_spec(document, recipe=recipe, overrides=overrides)
    return whole if isinstance(whole, Resolved) else None


def _without_recipe(whole: Resolved, name: str) -> Resolved:
    recipes = {key: value for key, value in whole.data["recipes"].items() if key != name}
    return Resolved(whole.document, {**whole.data, "recipes": recipes}, whole.origins)
