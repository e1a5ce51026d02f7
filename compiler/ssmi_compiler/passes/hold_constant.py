"""Networks that only feed a stop-gradient are constants: their parameters are read without gradient and keep no activations."""

from dataclasses import replace

from ssmi_compiler.ir.graph import Graph, GraphBuilder, Op, rewrite
from ssmi_compiler.ir.verify import NETWORKS


def hold_constant(graph: Graph) -> Graph:
    """Mark every network `constant` from which each path to an effect crosses a stop-gradient."""
    needs_gradient: set[int] = set()
    for index in reversed(range(len(graph.ops))):
        op = graph.ops[index]
        passes_on = (op.type is None and op.name == "minimize") or index in needs_gradient
        if passes_on and op.name != "stop_gradient":
            needs_gradient.update(op.operands)
    order = iter(range(len(graph.ops)))

    def step(builder: GraphBuilder, op: Op, operands: tuple[int, ...]) -> int:
        index = next(order)
        constant = op.name in NETWORKS and index not in needs_gradient
        return builder.add(replace(op.with_attrs(constant=True) if constant else op, operands=operands))

    return rewrite(graph, step)
