"""`ssmi diff`."""

import sys
from collections.abc import Sequence

from ssmi_dsl.difference import compare, json_format, text
from ssmi_dsl.errors import RecipeError
from ssmi_dsl.spec.method import Method
from ssmi_dsl.spec.recipe import DEFAULT_RECIPE
from ssmi_dsl.understood import load_understood
from ssmi_runtime.cli.color import use_color


def run_diff(a: str, b: str, *, recipe: str | None, json_output: bool) -> int:
    """Print what differs; 0 where nothing does, else 1. Raises SpecError, RecipeError."""
    names = _recipes(a, b) if recipe is None else (recipe,)
    sides = [_methods(source, names, must=recipe) for source in (a, b)]
    difference = compare(sides[0], sides[1], names=(a, b))
    print(json_format.render(difference) if json_output else text.render(difference, color=use_color(sys.stdout)))
    return 0 if difference.is_empty else 1


def _recipes(a: str, b: str) -> Sequence[str]:
    specs = [load_understood(source)[0].spec for source in (a, b)]
    return tuple(dict.fromkeys([DEFAULT_RECIPE, *specs[0].recipes, *specs[1].recipes]))


def _methods(source: str, names: Sequence[str], *, must: str | None) -> dict[str, Method]:
    found: dict[str, Method] = {}
    for name in names:
        try:
            found[name] = load_understood(source, recipe=name)[0]
        except RecipeError:
            if name == must:
                raise
    return found
