"""One call for all views that pass through the same network at the same version of its parameters.

With batch norm the statistics are then those of all views together, so the pass runs only where the spec says `encode: together`.
Legend: V views, N batch.
"""

from dataclasses import replace

from ssmi_compiler.ir.graph import Graph, GraphBuilder, Op, TensorType, live, rewrite, sorted_attrs
from ssmi_compiler.ir.verify import EFFECTS, NETWORKS


def batch_views(graph: Graph) -> Graph:
    """f(x_1), f(x_2) -> rows of f([x_1; x_2]), network by network until nothing changes."""
    while True:
        group = _next_group(graph)
        if group is None:
            return live(graph, lambda op: op.name in EFFECTS)
        graph = _batch(graph, group)


def _next_group(graph: Graph) -> tuple[int, ...] | None:
    groups: dict[tuple[object, ...], list[int]] = {}
    for index, op in enumerate(graph.ops):
        # a masked view has places of its own, so it is a call of its own
        if op.name in NETWORKS and len(op.operands) == 1:
            # views of several sizes (multi-crop) are one call for each size
            shapes = tuple(
                str(graph.ops[operand].type)[str(graph.ops[operand].type).index(",") :] for operand in op.operands
            )
            groups.setdefault((op.name, op.attrs, op.type, shapes), []).append(index)
    for members in groups.values():
        first = members[0]
        ready = all(operand < first for member in members for operand in graph.ops[member].operands)
        if len(members) > 1 and ready:
            return tuple(members)
    return None


def _batch(graph: Graph, group: tuple[int, ...]) -> Graph:
    parts: dict[int, int] = {}

    def step(builder: GraphBuilder, op: Op, operands: tuple[int, ...]) -> int:
        index = order[0]
        order[0] += 1
        if index not in group:
            return builder.add(replace(op, operands=operands))
        if index == group[0]:
            parts.update(_emit(builder, graph, group, mapped))
        return parts[index]

    # operands of later members are known before the first member, so the whole call can stand at the first
    order = [0]
    mapped: dict[int, int] = {}

    def tracked(builder: GraphBuilder, op: Op, operands: tuple[int, ...]) -> int:
        index = order[0]
        mapped[index] = step(builder, op, operands)
        return mapped[index]

    return rewrite(graph, tracked)


def _emit(builder: GraphBuilder, graph: Graph, group: tuple[int, ...], mapped: dict[int, int]) -> dict[int, int]:
    ops = [graph.ops[index] for index in group]
    inputs = [mapped[op.operands[0]] for op in ops]
    kinds = [builder.ops[index].type for index in inputs]
    assert ops[0].type is not None
    assert all(kind is not None for kind in kinds)
    rows = [kind.shape[0] for kind in kinds if kind is not None]
    first_kind = kinds[0]
    assert first_kind is not None
    whole = TensorType((sum(rows), *first_kind.shape[1:]), first_kind.dtype)
    joined = _source_of_rows(builder, inputs, whole)
    if joined is None:
        joined = builder.add(Op("concat", tuple(inputs), (), whole))
    called = builder.add(replace(ops[0], operands=(joined,), type=TensorType((sum(rows), *ops[0].type.shape[1:]))))
    out: dict[int, int] = {}
    start = 0
    for index, op, size in zip(group, ops, rows, strict=True):
        out[index] = builder.add(Op("rows", (called,), sorted_attrs({"start": start, "stop": start + size}), op.type))
        start += size
    return out


def _source_of_rows(builder: GraphBuilder, inputs: list[int], whole: TensorType) -> int | None:
    """x for [rows(x, 0, a); rows(x, a, b); ...] that together are all of x: what one batched call made, the next one reads."""
    ops = [builder.ops[index] for index in inputs]
    if any(op.name != "rows" for op in ops) or len({op.operands for op in ops}) != 1:
        return None
    bounds = [(op.number("start"), op.number("stop")) for op in ops]
    starts, stops = [start for start, _ in bounds], [stop for _, stop in bounds]
    source = ops[0].operands[0]
    return source if builder.ops[source].type == whole and starts == [0, *stops[:-1]] else None
