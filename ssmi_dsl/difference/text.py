"""Differences for the terminal: one line each, by section, the values of both sides, then what it means."""

from collections.abc import Iterator
from itertools import groupby
from typing import Any, cast

from ssmi_dsl.difference.compare import Change, Difference
from ssmi_dsl.render.style import Style

# items of a list that are written out
LONGEST_LIST = 8


def render(difference: Difference, *, color: bool = False) -> str:
    """All differences, without a final newline; one line where there are none."""
    style = Style(color)
    if difference.is_empty:
        return f"{difference.a} and {difference.b} are the same method"
    lines = [style.strong(f"{difference.a} -> {difference.b}")]
    for recipe, changes in difference.changes.items():
        if changes and recipe is not None:
            lines += ["", style.strong(f"only under recipe {recipe}")]
        lines += _sections(changes, style)
    return "\n".join(lines)


def value(item: Any) -> str:
    """A value as YAML would show it, short."""
    if item is None:
        return "-"
    if isinstance(item, bool):
        return "true" if item else "false"
    if isinstance(item, float):
        return f"{item:.10g}"
    if isinstance(item, (list, tuple)):
        shown = [value(inner) for inner in cast(list[Any], item)]
        return f"[{', '.join(shown)}]" if len(shown) <= LONGEST_LIST else f"{len(shown)}: {shown[0]} … {shown[-1]}"
    if isinstance(item, dict):
        return "{" + ", ".join(f"{key}: {value(inner)}" for key, inner in item.items()) + "}"  # pyright: ignore[reportUnknownVariableType]
    return str(item)


def _sections(changes: tuple[Change, ...], style: Style) -> Iterator[str]:
    for section, group in groupby(changes, key=lambda change: change.section):
        items = list(group)
        yield style.frame(section)
        width = max(len(change.path) for change in items)
        for change in items:
            yield f"  {change.path:<{width}}  {value(change.a)} -> {value(change.b)}"
            if change.meaning:
                yield f"  {'':<{width}}  {change.meaning}"
