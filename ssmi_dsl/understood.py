"""Opening a spec for reading: as `load`, but a word without a compiler (SY011) does not stand in the way of a picture or a formula."""

from collections.abc import Sequence
from pathlib import Path

from ssmi_dsl.diagnostics import Diagnostic
from ssmi_dsl.errors import RecipeError, SpecError
from ssmi_dsl.load import build_method, find_source, open_spec
from ssmi_dsl.spec.method import Method
from ssmi_dsl.spec.recipe import DEFAULT_RECIPE
from ssmi_dsl.wording import did_you_mean, listing


def load_understood(
    source: str | Path, *, recipe: str = DEFAULT_RECIPE, overrides: Sequence[str] = ()
) -> tuple[Method, tuple[Diagnostic, ...]]:
    """The method, and what keeps it from being compiled.

    Raises SpecError as `load` does, RecipeError for a recipe that is not there.
    """
    whole = open_spec(find_source(source), recipe=recipe, overrides=overrides)
    if isinstance(whole, tuple):
        raise SpecError(whole)
    method, problems = build_method(whole, recipe)
    if method is None:
        raise SpecError(problems)
    names = tuple(dict.fromkeys((DEFAULT_RECIPE, *method.spec.recipes)))
    if recipe not in names:
        guess = did_you_mean(recipe, names) or f"recipes: {listing(names)}"
        raise RecipeError(f"`{method.spec.name}` has no recipe `{recipe}`; {guess}")
    return method, problems
