"""Where in the language a key may stand: the paths of all keys, for a key that stands in the wrong section."""

from collections.abc import Iterator
from functools import cache, lru_cache
from typing import Any, get_args, get_origin

from pydantic import BaseModel

from ssmi_dsl.components.base import Params
from ssmi_dsl.components.choice import OneOf
from ssmi_dsl.diagnostics import Loc
from ssmi_dsl.guess import nearest
from ssmi_dsl.spec.method_spec import MethodSpec

# stands for a name that the user gives: of a branch, of a recipe
NAME = "NAME"
MAX_DEPTH = 8


@cache
def key_paths() -> dict[str, tuple[Loc, ...]]:
    """Every key of the language with the paths of the mappings that have it."""
    found: dict[str, list[Loc]] = {}
    for loc, key in _walk(MethodSpec, ()):
        found.setdefault(key, []).append(loc)
    return {key: tuple(dict.fromkeys(locs)) for key, locs in found.items()}


def sections_with(key: str, wrong: Loc) -> tuple[Loc, ...]:
    """Mappings that have `key`, those nearest to the mapping `wrong`, where it stands now, first."""
    return tuple(sorted(key_paths().get(key, ()), key=lambda loc: (-_shared(loc, wrong), len(loc))))


@lru_cache(maxsize=1024)  # every recipe asks for the same words
def near_key(word: str) -> str | None:
    """A key of any section that looks like `word`."""
    return nearest(word, key_paths(), cutoff=0.75)


def dotted(loc: Loc) -> str:
    """`branches.NAME.update.ema`; the top level is `the top level`."""
    return ".".join(map(str, loc)) if loc else "the top level"


def _shared(loc: Loc, wrong: Loc) -> int:
    count = 0
    for step, other in zip(loc, wrong, strict=False):
        if step not in (other, NAME):
            break
        count += 1
    return count


def _walk(model: type[BaseModel], loc: Loc) -> Iterator[tuple[Loc, str]]:
    if len(loc) > MAX_DEPTH:
        return
    for key, field in model.model_fields.items():
        yield loc, key
        marks: list[Any] = [*field.metadata, *_nested(field.annotation)]
        here = (*loc, key)
        tables = [item for item in marks if isinstance(item, OneOf)]
        for table in tables:
            for word, inner in table.table.items():
                yield from _walk(inner, (*here, word))
        if tables:
            continue
        is_named = get_origin(field.annotation) is dict
        for item in [field.annotation, *marks]:
            if isinstance(item, type) and issubclass(item, Params):
                yield from _walk(item, (*here, NAME) if is_named else here)


def _nested(annotation: Any) -> Iterator[Any]:
    for argument in get_args(annotation):
        yield argument
        yield from _nested(argument)
