"""Plain data of a spec under one recipe, everything merged, and small ways to change it."""

import copy
from collections.abc import Iterator
from typing import Any, cast

import yaml

from ssmi_dsl.document import read_document
from ssmi_dsl.load import build_method, find_source, open_spec
from ssmi_dsl.resolve import resolved
from ssmi_dsl.spec.method import Method
from ssmi_dsl.spec.recipe import DEFAULT_RECIPE

Data = dict[str, Any]


def flattened(source: str, recipe: str) -> Data:
    """The spec with what it extends and the recipe's changes merged in; `recipes` holds this recipe alone, complete.

    A change of the result is a change of the method at that scale, wherever the spec wrote the value. Raises ValueError for a broken spec.
    """
    whole = open_spec(find_source(source), recipe=recipe)
    if isinstance(whole, tuple):
        raise ValueError(f"{source}: {whole[0].message}")
    data = cast(Data, copy.deepcopy(dict(whole.data)))
    recipes = data.get("recipes") or {}
    own = {**(recipes.get(DEFAULT_RECIPE) or {}), **(recipes.get(recipe) or {})}
    own.pop("method", None)
    data["recipes"] = {recipe: own}
    return data


def recipe_of_data(data: Data) -> tuple[str, Data]:
    """Name and settings of the one recipe of flattened data."""
    ((name, settings),) = data["recipes"].items()
    return name, settings


def text_of(data: Data) -> str:
    """YAML that reads back as `data`."""
    return yaml.safe_dump(data, sort_keys=False, default_flow_style=None, width=120, allow_unicode=True)


def understood(data: Data) -> tuple[Method | None, tuple[str, ...]]:
    """The method of flattened data with every rule off, and what prevents it from being lowered: `CODE message`."""
    name, _ = recipe_of_data(data)
    document = read_document(text_of(data))
    method, problems = build_method(resolved(document, document.data or {}), name)
    return method, tuple(f"{problem.code} {problem.message}" for problem in problems)


def objectives(data: Data) -> list[Data]:
    """The objectives, as mappings that may be changed; a spec writes one or a list."""
    objective = data["objective"]
    return objective if isinstance(objective, list) else [objective]


def choice(value: object) -> tuple[str, Data]:
    """A word with its parameters: `in-batch`, or `{queue: {size: 64}}`. Short forms come back under `value`."""
    if isinstance(value, str):
        return value, {}
    ((name, params),) = cast(Data, value).items()
    return name, params if isinstance(params, dict) else {} if params is None else {"value": params}


def heads(data: Data) -> Iterator[tuple[Data, str]]:
    """Every head of every branch: the branch, and the key that holds it."""
    for branch in data["branches"].values():
        for key in ("projector", "predictor"):
            if branch.get(key) is not None:
                yield branch, key
