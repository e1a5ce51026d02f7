"""Changes on plain data: what a file must read as after its text was edited."""

import copy
from collections.abc import Sequence
from typing import Any, cast

from ssmi_dsl.diagnostics import Change


def changed(data: dict[str, Any], changes: Sequence[Change]) -> dict[str, Any]:
    """A copy of `data` with every change made. The paths are those of `data`: of a list, the last items are removed first.

    Raises KeyError, IndexError or TypeError where a change has no place.
    """
    tree = copy.deepcopy(data)
    # renamed keys and removed items move what is below or behind them: those come last, from the end
    order = {"set": 0, "insert": 0, "delete": 1, "rename": 2}
    for change in sorted(changes, key=lambda change: order[change.kind]):
        if change.kind in ("set", "insert"):
            _put(tree, change)
    removals = [change for change in changes if change.kind == "delete"]
    for change in sorted(removals, key=lambda change: tuple(map(_rank, change.loc)), reverse=True):
        del _parent(tree, change)[change.loc[-1]]
    for change in sorted((c for c in changes if c.kind == "rename"), key=lambda change: -len(change.loc)):
        mapping = _parent(tree, change)
        pairs = [(change.key if key == change.loc[-1] else key, value) for key, value in mapping.items()]
        mapping.clear()
        mapping.update(pairs)
    return tree


def same_tree(one: object, other: object) -> bool:
    """Whether two trees are equal with equal types: `1`, `1.0` and `true` differ; the order of keys counts not."""
    if type(one) is not type(other):
        return False
    if isinstance(one, dict):
        a, b = cast(dict[str, object], one), cast(dict[str, object], other)
        return a.keys() == b.keys() and all(same_tree(a[key], b[key]) for key in a)
    if isinstance(one, list):
        c, d = cast(list[object], one), cast(list[object], other)
        return len(c) == len(d) and all(map(same_tree, c, d))
    return one == other or (one != one and other != other)


def _rank(step: str | int) -> tuple[int, str]:
    return (step, "") if isinstance(step, int) else (-1, step)


def _parent(tree: Any, change: Change) -> Any:
    node = tree
    for step in change.loc[:-1]:
        node = node[step]
    return node


def _put(tree: dict[str, Any], change: Change) -> None:
    node: Any = tree
    for step, following in zip(change.loc[:-1], change.loc[1:], strict=True):
        inner: Any = node[step] if isinstance(step, int) else node.get(step)
        if inner is None or inner == following:
            inner = {} if inner is None else {following: None}
            node[step] = inner
        node = inner
    node[change.loc[-1]] = copy.deepcopy(_plain(change.value))


def _plain(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _plain(inner) for key, inner in cast(dict[str, Any], value).items()}
    return [_plain(item) for item in cast(list[Any], value)] if isinstance(value, (list, tuple)) else value
