"""The MI graph as text, printed and parsed. `parse_graph(print_graph(g)) == g` for every graph."""

import ast
import re

from ssmi_compiler.errors import VerifyError
from ssmi_compiler.ir.graph import Attr, Graph, Op, TensorType

_HEAD = re.compile(r"^step @(?P<name>[a-z0-9-]+) \{$")
_OP = re.compile(
    r"^(?:%(?P<result>\d+) = )?(?P<name>[a-z_0-9]+)\((?P<operands>[%\d, ]*)\)"
    r"(?: \{(?P<attrs>.*)\})?(?: : (?P<dtype>[a-z0-9]+)\[(?P<shape>[\d, ]*)\])?$"
)


def print_graph(graph: Graph) -> str:
    """One operation on each line: `%3 = encode(%0) {params = "online"} : f32[256, 512]`."""
    lines = [f"step @{graph.name} {{"]
    lines.extend(f"  {print_op(index, op)}" for index, op in enumerate(graph.ops))
    return "\n".join([*lines, "}"]) + "\n"


def print_op(index: int, op: Op) -> str:
    result = f"%{index} = " if op.type is not None else ""
    operands = ", ".join(f"%{operand}" for operand in op.operands)
    attrs = " {" + ", ".join(f"{key} = {_literal(value)}" for key, value in op.attrs) + "}" if op.attrs else ""
    return f"{result}{op.name}({operands}){attrs}" + (f" : {op.type}" if op.type is not None else "")


def parse_graph(text: str) -> Graph:
    """Inverse of `print_graph`; raises VerifyError naming the line that it cannot read."""
    lines = [line.strip() for line in text.strip().splitlines()]
    head = _HEAD.match(lines[0]) if lines else None
    if head is None or lines[-1] != "}":
        raise VerifyError("an MI graph starts with `step @name {` and ends with `}`")
    ops: list[Op] = []
    for number, line in enumerate(lines[1:-1], start=2):
        match = _OP.match(line)
        if match is None or (match["result"] is not None and int(match["result"]) != len(ops)):
            raise VerifyError(f"line {number} of the MI graph cannot be read: {line}")
        operands = tuple(int(word.strip().lstrip("%")) for word in match["operands"].split(",") if word.strip())
        shape = match["shape"]
        kind = None
        if shape is not None:
            kind = TensorType(tuple(int(size) for size in shape.split(",") if size.strip()), match["dtype"])
        ops.append(Op(match["name"], operands, _parse_attrs(match["attrs"] or "", number), kind))
    return Graph(head["name"], tuple(ops))


def _literal(value: Attr) -> str:
    if isinstance(value, tuple):
        return "(" + "".join(f"{_literal(item)}, " for item in value).rstrip() + ")"
    if isinstance(value, str):
        return '"' + value.replace("\\", "\\\\").replace('"', '\\"') + '"'
    return repr(value)


def _parse_attrs(text: str, number: int) -> tuple[tuple[str, Attr], ...]:
    if not text:
        return ()
    try:
        call = ast.parse(f"f({text})", mode="eval").body
        assert isinstance(call, ast.Call)
        return tuple((str(keyword.arg), _value(keyword.value)) for keyword in call.keywords)
    except (SyntaxError, ValueError) as error:
        raise VerifyError(f"line {number} of the MI graph has unreadable attributes: {text}") from error


def _value(node: ast.expr) -> Attr:
    """A literal; infinity, which Python writes as a name, included."""
    if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub) and isinstance(node.operand, ast.Name):
        return -float(node.operand.id)
    return float(node.id) if isinstance(node, ast.Name) else ast.literal_eval(node)
