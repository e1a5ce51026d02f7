"""Arithmetic identities.

>>> from ssmi_compiler.ir.text import parse_graph
>>> text = 'step @x {\\n %0 = state() : f32[4, 2]\\n %1 = scale(%0) {factor = 1.0} : f32[4, 2]\\n metric(%1) {name = "m"}\\n}'
>>> print(canonicalise(parse_graph(text)))
step @x {
  %0 = state() : f32[4, 2]
  metric(%0) {name = "m"}
}
<BLANKLINE>
"""

from dataclasses import replace

from ssmi_compiler.ir.graph import Graph, GraphBuilder, Op, live, rewrite
from ssmi_compiler.ir.verify import EFFECTS


def canonicalise(graph: Graph) -> Graph:
    """Apply the identities below in one sweep from operands to users, then drop what nothing reads."""
    return live(rewrite(graph, _simplify), lambda op: op.name in EFFECTS)


def _simplify(builder: GraphBuilder, op: Op, operands: tuple[int, ...]) -> int:
    first = builder.ops[operands[0]] if operands else None
    if op.name == "scale" and op.number("factor") == 1.0:  # 1 x -> x
        return operands[0]
    if op.name == "shift" and op.number("constant") == 0.0:  # x + 0 -> x
        return operands[0]
    if op.name == "neg" and first is not None and first.name == "neg":  # -(-x) -> x
        return first.operands[0]
    if op.name == "neg" and first is not None and first.name == "scale":  # -(c x) -> (-c) x
        return builder.add(replace(first.with_attrs(factor=-first.number("factor")), type=op.type))
    if op.name == "scale" and first is not None and first.name == "scale":  # c (d x) -> (c d) x
        return builder.add(replace(first.with_attrs(factor=op.number("factor") * first.number("factor")), type=op.type))
    if op.name == "scale" and first is not None and first.name == "neg":  # c (-x) -> (-c) x
        return builder.add(replace(op.with_attrs(factor=-op.number("factor")), operands=first.operands))
    if op.name == "stop_gradient" and first is not None and first.name == "stop_gradient":  # sg(sg(x)) -> sg(x)
        return operands[0]
    if op.name == "normalize" and first is not None and first.name == "normalize":  # unit(unit(x)) -> unit(x)
        return operands[0]
    return builder.add(replace(op, operands=operands))
