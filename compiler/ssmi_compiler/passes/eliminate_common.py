"""Equal operations on equal operands are computed once, e.g. the normalised embedding that two directions of a loss read."""

from dataclasses import replace

from ssmi_compiler.ir.graph import Graph, GraphBuilder, Op, live, rewrite
from ssmi_compiler.ir.verify import EFFECTS


def eliminate_common(graph: Graph) -> Graph:
    """Common subexpression elimination. Effects are never merged; a network is the same only for the same version of its parameters."""
    seen: dict[tuple[object, ...], int] = {}

    def step(builder: GraphBuilder, op: Op, operands: tuple[int, ...]) -> int:
        if op.name in EFFECTS:
            return builder.add(replace(op, operands=operands))
        key = (op.name, operands, op.attrs, op.type)
        if key not in seen:
            seen[key] = builder.add(replace(op, operands=operands))
        return seen[key]

    return live(rewrite(graph, step), lambda op: op.name in EFFECTS)
