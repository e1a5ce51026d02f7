"""The MI graph: one optimiser step of a method as a typed, immutable program.

A graph is a tuple of operations in order of execution. An operation reads earlier values by index, so a graph is in static single
assignment form by construction. Effects (`minimize`, `ema`, `store`, `metric`) are operations without a result type.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import TypeAlias

Attr: TypeAlias = str | int | float | bool | tuple[str, ...] | tuple[int, ...]


@dataclass(frozen=True, slots=True)
class TensorType:
    """Shape and element type of a value. `()` is a scalar. Images are `u8`, everything else computes in `f32`."""

    shape: tuple[int, ...]
    dtype: str = "f32"

    def __str__(self) -> str:
        return f"{self.dtype}[{', '.join(map(str, self.shape))}]"


@dataclass(frozen=True, slots=True)
class Op:
    """One operation: name, operands (indices of earlier operations), attributes sorted by name, result type (None for an effect)."""

    name: str
    operands: tuple[int, ...] = ()
    attrs: tuple[tuple[str, Attr], ...] = ()
    type: TensorType | None = None

    def attr(self, key: str) -> Attr:
        for name, value in self.attrs:
            if name == key:
                return value
        raise KeyError(f"{self.name} has no attribute {key}")

    def text(self, key: str) -> str:
        value = self.attr(key)
        assert isinstance(value, str), f"{self.name}.{key} is not text"
        return value

    def number(self, key: str) -> float:
        value = self.attr(key)
        assert isinstance(value, (int, float)), f"{self.name}.{key} is not a number"
        return value

    def names(self, key: str) -> tuple[str, ...]:
        value = self.attr(key)
        assert isinstance(value, tuple), f"{self.name}.{key} is not a list"
        return tuple(str(item) for item in value)

    def with_attrs(self, **attrs: Attr) -> "Op":
        return replace(self, attrs=sorted_attrs({**dict(self.attrs), **attrs}))


@dataclass(frozen=True, slots=True)
class Graph:
    """A step. `name` is the method's name."""

    name: str
    ops: tuple[Op, ...] = ()

    def users(self, index: int) -> tuple[int, ...]:
        """Indices of operations that read the value `index`."""
        return tuple(i for i, op in enumerate(self.ops) if index in op.operands)

    def __str__(self) -> str:
        from ssmi_compiler.ir.text import print_graph

        return print_graph(self)


@dataclass
class GraphBuilder:
    """Collects operations in order; the only mutable thing of the IR, local to whoever builds a graph."""

    name: str
    ops: list[Op] = field(default_factory=list)

    def add(self, op: Op) -> int:
        self.ops.append(op)
        return len(self.ops) - 1

    def build(self) -> Graph:
        return Graph(self.name, tuple(self.ops))


def sorted_attrs(attrs: Mapping[str, Attr]) -> tuple[tuple[str, Attr], ...]:
    return tuple(sorted(attrs.items()))


def rewrite(graph: Graph, step: Callable[[GraphBuilder, Op, tuple[int, ...]], int | None]) -> Graph:
    """Rebuild a graph: `step(builder, op, new_operands)` returns the index of the value that replaces `op`, or None for a dropped effect.

    Values that `step` maps to earlier ones are thereby merged; operations that it does not add are gone.
    """
    builder = GraphBuilder(graph.name)
    new_index: dict[int, int | None] = {}
    for index, op in enumerate(graph.ops):
        operands = tuple(_known(new_index[operand], op) for operand in op.operands)
        new_index[index] = step(builder, op, operands)
    return builder.build()


def live(graph: Graph, is_effect: Callable[[Op], bool]) -> Graph:
    """The graph without operations that no effect depends on."""
    needed: set[int] = set()
    for index in reversed(range(len(graph.ops))):
        op = graph.ops[index]
        if is_effect(op) or index in needed:
            needed.add(index)
            needed.update(op.operands)
    kept = [index for index in range(len(graph.ops)) if index in needed]
    position = {old: new for new, old in enumerate(kept)}
    ops = (graph.ops[old] for old in kept)
    return Graph(graph.name, tuple(replace(op, operands=tuple(position[i] for i in op.operands)) for op in ops))


def _known(index: int | None, op: Op) -> int:
    assert index is not None, f"{op.name} reads a dropped effect"
    return index


def values(graph: Graph, name: str) -> Iterable[tuple[int, Op]]:
    """Operations called `name`, with their indices."""
    return ((index, op) for index, op in enumerate(graph.ops) if op.name == name)
