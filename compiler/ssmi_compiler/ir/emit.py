"""The IR reader: a term written as operations of the MI graph, with shapes inferred. Legend: N, M rows, D features."""

from collections.abc import Callable
from dataclasses import dataclass

from ssmi_compiler.ir.graph import Attr, GraphBuilder, Op, TensorType, sorted_attrs
from ssmi_dsl.builders.protocol import Mask

Shape = tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Value:
    """A value of the graph under construction."""

    index: int
    shape: Shape


def _same(*shapes: Shape) -> Shape:
    assert all(shape == shapes[0] for shape in shapes), f"shapes differ: {shapes}"
    return shapes[0]


# shape of the result from the shapes of the operands
SHAPES: dict[str, Callable[..., Shape]] = {
    "normalize": lambda x: x,
    "standardize": lambda x: x,
    "concat": lambda *xs: (sum(x[0] for x in xs), *_same(*(x[1:] for x in xs))),
    "row_dot": lambda x, y: _same(x, y)[:1],
    "matmul_t": lambda x, y: (x[0], y[0]) if x[1] == y[1] else _same(x, y),
    "squared_distances": lambda x, y: (x[0], y[0]) if x[1] == y[1] else _same(x, y),
    "matmul": lambda x, y: (x[0], y[1]) if x[1] == y[0] else _same(x, y),
    "transpose": lambda x: (x[1], x[0]),
    "add_column": lambda x, column: x if column == x[:1] else _same(x, column),
    "add_row": lambda x, row: x if row == x[1:] else _same(x, row),
    "take_rows": lambda x, index: (index[0], *x[1:]),
    "cross_moment": lambda x, y: (x[1], y[1]) if x[0] == y[0] else _same(x, y),
    "covariance": lambda x: (x[1], x[1]),
    "prepend": lambda column, x: (x[0], x[1] + 1) if column == x[:1] else _same(column, x),
    "roll_half": lambda x: x,
    "sinkhorn": lambda x, *past: x,
    "add": lambda x, y: x if y == () else _same(x, y),
    "sub": lambda x, y: x if y == () else _same(x, y),
    "mul": lambda x, y: x if y == () else _same(x, y),
    "div": lambda x, y: x if y == () else _same(x, y),
    "scale": lambda x: x,
    "shift": lambda x: x,
    "square": lambda x: x,
    "sqrt": lambda x: x,
    "relu": lambda x: x,
    "exp": lambda x: x,
    "log": lambda x: x,
    "log_softmax": lambda x: x,
    "softmax": lambda x: x,
    "neg": lambda x: x,
    "mean": lambda x: (),
    "sum": lambda x: (),
    "row_sum": lambda x: x[:1],
    "row_mean": lambda x: x[:1],
    "row_max": lambda x: x[:1],
    "row_argmax": lambda x: x[:1],
    "harden": lambda x: x,
    "column_sum": lambda x: x[1:],
    "column_mean": lambda x: x[1:],
    "variance": lambda x: x[1:],
    "row_logsumexp": lambda x: x[:1],
    "logmeanexp": lambda x: (),
    "ring_write": lambda ring, pointer, rows: ring,
    "ring_advance": lambda pointer, rows, ring: pointer,
    # tokens [N 1+T F]: the whole image, then its places
    "pooled": lambda x: (x[0], x[2]),
    "tokens": lambda x: (x[0] * (x[1] - 1), x[2]),
    "take_tokens": lambda x, hidden: (x[0] * hidden[1] * hidden[2], x[2]),
    "diagonal": lambda x: x[:1],
    "off_diagonal": lambda x: x,
}


class IRBuilder:
    """Appends operations to a graph; implements `ssmi_dsl.builders.protocol.Builder` over `Value`."""

    def __init__(self, graph: GraphBuilder) -> None:
        self.graph = graph

    def op(
        self, name: str, /, *operands: Value, shape: Shape | None = None, dtype: str = "f32", **attrs: Attr
    ) -> Value:
        """Any operation with a result; the shape is inferred for arithmetic."""
        inferred = SHAPES[name](*(operand.shape for operand in operands)) if shape is None else shape
        kind = TensorType(tuple(inferred), dtype)
        index = self.graph.add(Op(name, tuple(v.index for v in operands), sorted_attrs(attrs), kind))
        return Value(index, kind.shape)

    def effect(self, name: str, /, *operands: Value, **attrs: Attr) -> None:
        """An operation without a result."""
        self.graph.add(Op(name, tuple(v.index for v in operands), sorted_attrs(attrs), None))

    def normalize(self, x: Value) -> Value:
        return self.op("normalize", x)

    def standardize(self, x: Value, *, eps: float) -> Value:
        return self.op("standardize", x, eps=eps)

    def concat(self, xs: tuple[Value, ...]) -> Value:
        return self.op("concat", *xs)

    def row_dot(self, x: Value, y: Value) -> Value:
        return self.op("row_dot", x, y)

    def matmul_t(self, x: Value, y: Value) -> Value:
        return self.op("matmul_t", x, y)

    def squared_distances(self, x: Value, y: Value, *, per_feature: bool) -> Value:
        return self.op("squared_distances", x, y, per_feature=per_feature)

    def matmul(self, x: Value, y: Value) -> Value:
        return self.op("matmul", x, y)

    def transpose(self, x: Value) -> Value:
        return self.op("transpose", x)

    def add_column(self, x: Value, column: Value) -> Value:
        return self.op("add_column", x, column)

    def add_row(self, x: Value, row: Value) -> Value:
        return self.op("add_row", x, row)

    def take_rows(self, x: Value, index: Value) -> Value:
        return self.op("take_rows", x, index)

    def cross_moment(self, x: Value, y: Value) -> Value:
        return self.op("cross_moment", x, y)

    def covariance(self, x: Value) -> Value:
        return self.op("covariance", x)

    def prepend(self, column: Value, x: Value) -> Value:
        return self.op("prepend", column, x)

    def roll_half(self, x: Value) -> Value:
        return self.op("roll_half", x)

    def sinkhorn(self, x: Value, past: Value | None = None, share: Value | None = None, *, iterations: int) -> Value:
        more = tuple(value for value in (past, share) if value is not None)
        return self.op("sinkhorn", x, *more, iterations=iterations)

    def add(self, x: Value, y: Value) -> Value:
        return self.op("add", x, y)

    def sub(self, x: Value, y: Value) -> Value:
        return self.op("sub", x, y)

    def mul(self, x: Value, y: Value) -> Value:
        return self.op("mul", x, y)

    def div(self, x: Value, y: Value) -> Value:
        return self.op("div", x, y)

    def scale(self, x: Value, factor: float) -> Value:
        return self.op("scale", x, factor=float(factor))

    def shift(self, x: Value, constant: float) -> Value:
        return self.op("shift", x, constant=float(constant))

    def square(self, x: Value) -> Value:
        return self.op("square", x)

    def sqrt(self, x: Value) -> Value:
        return self.op("sqrt", x)

    def relu(self, x: Value) -> Value:
        return self.op("relu", x)

    def exp(self, x: Value) -> Value:
        return self.op("exp", x)

    def log(self, x: Value) -> Value:
        return self.op("log", x)

    def log_softmax(self, x: Value) -> Value:
        return self.op("log_softmax", x)

    def softmax(self, x: Value) -> Value:
        return self.op("softmax", x)

    def stop_gradient(self, x: Value) -> Value:
        return self.op("stop_gradient", x, shape=x.shape)

    def neg(self, x: Value) -> Value:
        return self.op("neg", x)

    def mean(self, x: Value) -> Value:
        return self.op("mean", x)

    def sum(self, x: Value) -> Value:
        return self.op("sum", x)

    def row_sum(self, x: Value) -> Value:
        return self.op("row_sum", x)

    def row_mean(self, x: Value) -> Value:
        return self.op("row_mean", x)

    def row_max(self, x: Value, *, without: Mask) -> Value:
        return self.op("row_max", x, without=without.value)

    def row_argmax(self, x: Value) -> Value:
        return self.op("row_argmax", x, dtype="i64")

    def harden(self, x: Value) -> Value:
        return self.op("harden", x)

    def column_sum(self, x: Value) -> Value:
        return self.op("column_sum", x)

    def column_mean(self, x: Value) -> Value:
        return self.op("column_mean", x)

    def variance(self, x: Value) -> Value:
        return self.op("variance", x)

    def row_logsumexp(self, x: Value, *, without: Mask) -> Value:
        return self.op("row_logsumexp", x, without=without.value)

    def logmeanexp(self, x: Value, *, without: Mask) -> Value:
        return self.op("logmeanexp", x, without=without.value)

    def ring_write(self, ring: Value, pointer: Value, rows: Value) -> Value:
        return self.op("ring_write", ring, pointer, rows)

    def ring_advance(self, pointer: Value, rows: Value, ring: Value) -> Value:
        return self.op("ring_advance", pointer, rows, ring)

    def diagonal(self, x: Value) -> Value:
        return self.op("diagonal", x)

    def off_diagonal(self, x: Value) -> Value:
        return self.op("off_diagonal", x)
