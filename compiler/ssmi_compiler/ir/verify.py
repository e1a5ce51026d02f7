"""The verifier: run on every graph between passes. A failure is the compiler's own fault and shows the operation."""

from ssmi_compiler.errors import VerifyError
from ssmi_compiler.ir.emit import SHAPES
from ssmi_compiler.ir.graph import Graph, Op
from ssmi_compiler.ir.text import print_op

EFFECTS = frozenset({"metric", "minimize", "ema", "store"})
SOURCES = frozenset(
    {"view", "mask", "labels", "index", "text", "adjacency", "parameter", "state", "number", "noise", "places"}
)
NETWORKS = frozenset({"encode", "project", "predict", "predict_tokens", "assign"})
# a result whose shape the operands do not decide alone
SHAPED_BY_ATTRIBUTES = frozenset(
    {
        "rows",
        "one_hot",
        "group_first",
        "group_mean",
        "repeat_rows",
        "row_top",
        "covariances",
        "join_rows",
        "least_rows",
        "slice_rows",
    }
)
IDENTITIES = frozenset({"probe", "stop_gradient"})


def verify(graph: Graph, *, after: str) -> None:
    """Raise VerifyError, naming the pass `after`, when an operation is unknown, reads a later value, or has the wrong shape."""
    for index, op in enumerate(graph.ops):
        problem = _problem(graph, index, op)
        if problem is not None:
            around = "\n".join(
                f"  {'>' if i == index else ' '} {print_op(i, graph.ops[i])}"
                for i in range(max(0, index - 2), min(len(graph.ops), index + 3))
            )
            raise VerifyError(f"after pass `{after}`: {problem}\n{around}\nrun with --dump-ir to see every stage")


def _problem(graph: Graph, index: int, op: Op) -> str | None:
    if any(operand >= index for operand in op.operands):
        return f"`{op.name}` reads a value that comes later"
    if any(graph.ops[operand].type is None for operand in op.operands):
        return f"`{op.name}` reads an effect"
    if (op.type is None) != (op.name in EFFECTS):
        return f"`{op.name}` {'lacks' if op.type is None else 'has'} a result type"
    if [key for key, _ in op.attrs] != sorted(key for key, _ in op.attrs):
        return f"the attributes of `{op.name}` are not sorted"
    shapes = [kind.shape for operand in op.operands if (kind := graph.ops[operand].type) is not None]
    if op.name in IDENTITIES and (op.type is None or [op.type.shape] != shapes):
        return f"`{op.name}` changes the shape"
    if op.name in SHAPES and op.type is not None:
        try:
            expected = SHAPES[op.name](*shapes)
        except (AssertionError, IndexError, TypeError):
            return f"`{op.name}` cannot take shapes {shapes}"
        if expected != op.type.shape:
            return f"`{op.name}` of {shapes} has shape {expected}, not {op.type.shape}"
    known = op.name in SHAPES or op.name in EFFECTS | SOURCES | NETWORKS | IDENTITIES or op.name in SHAPED_BY_ATTRIBUTES
    return None if known else f"`{op.name}` is not an operation"
