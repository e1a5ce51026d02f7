"""What was read of a YAML text: values with their places in it."""

from dataclasses import dataclass, field
from typing import Any, Literal, NamedTuple

from ssmi_dsl.diagnostics import Diagnostic

# `open` is a block scalar whose end is not known
Style = Literal["plain", "quoted", "literal", "open", "flow", "block"]


class Range(NamedTuple):
    """Offsets `[start, end)` in the text."""

    start: int
    end: int


@dataclass(eq=False, slots=True)
class Node:
    """A value at `[start, end)`, and for a collection its children: key or index to (place of the key, node).

    `size` counts the nodes in it and `weight` their bytes with aliases expanded, `height` the levels of collections. `style` is how it is
    written; `shared` says that it has an anchor or is an alias. Offsets become lines and columns when somebody asks for a span.
    """

    value: object
    start: int
    end: int
    style: Style = "plain"
    shared: bool = False
    size: int = 1
    weight: int = 0
    height: int = 0
    children: dict[str | int, tuple[Range | None, "Node"]] = field(default_factory=dict[str | int, Any])


class Tree(NamedTuple):
    """What was read. `root` is None unless the file is one readable mapping; `scalars` are offset ranges in order."""

    root: Node | None
    diagnostics: tuple[Diagnostic, ...]
    scalars: tuple[tuple[int, int], ...]
