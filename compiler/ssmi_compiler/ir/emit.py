"""The IR reader: a term written as operations of the MI graph, with shapes inferred. Legend: N, M rows, D features."""

from collections.abc import Callable
from dataclasses import dataclass

from ssmi_compiler.errors import CompileError
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
    "mul_column": lambda x, column: x if column == x[:1] else _same(x, column),
    "put_rows": lambda x, index, rows: x if (*index, *x[1:]) == rows else _same(x, rows),
    "take_rows": lambda x, index: (index[0], *x[1:]),
    "match_rows": lambda x, y, values: values if x == y and x[0] == values[0] else _same(x, y, values),
    "nearest_rows": lambda x, y: x[:1] if x[1:] == y[1:] else _same(x, y),
    "take_places": lambda x, places: (places[0] * places[1] * places[2], *x[1:]),
    "prepend_rows": lambda x, y: (x[0] + y[0], *_same(x[1:], y[1:])),
    "add_positions": lambda x: x,
    "transformer_layer": lambda x, *weights: x,
    "cross_moment": lambda x, y: (x[1], y[1]) if x[0] == y[0] else _same(x, y),
    "covariance": lambda x: (x[1], x[1]),
    "prepend": lambda column, x: (x[0], x[1] + 1) if column == x[:1] else _same(column, x),
    "roll_half": lambda x: x,
    "sinkhorn": lambda x, *past: x,
    "columns": lambda *xs: (*_same(*xs), len(xs)),
    "concat_columns": lambda x, y: (x[0], x[1] + y[1]) if x[0] == y[0] else _same(x, y),
    "equal": lambda x, y: (x[0], y[0]),
    "limit_norm": lambda x: x,
    "mul_row": lambda x, row: x if row == x[1:] else _same(x[1:], row),
    "relu_pairs": lambda x, y, weights: (x[0], y[0]) if x[1:] == y[1:] == weights else _same(x[1:], y[1:], weights),
    "smooth_l1_distances": lambda x, y: (x[0], y[0]) if x[1] == y[1] else _same(x, y),
    "successor": lambda x, *without: x if not without or without[0] == (*x, *x) else _same(x, *without),
    "whiten": lambda x: x,
    "width": lambda x: (),
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
    "clip": lambda x: x,
    "smooth_l1": lambda x: x,
    "softplus": lambda x: x,
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
    "masked_mean": lambda x: (),
    "row_logmeanexp_others": lambda x: x,
    "zero": lambda x: x,
    "epps_pulley": lambda x: x[1:],
    "normal_wasserstein": lambda x: x[1:],
    "ring_write": lambda ring, pointer, rows: ring,
    "ring_advance": lambda pointer, rows, ring: pointer,
    # tokens [N 1+T F]: the whole image, then its places
    "pooled": lambda x: (x[0], x[2]),
    "tokens": lambda x: (x[0] * (x[1] - 1), x[2]),
    "take_tokens": lambda x, hidden: (x[0] * hidden[1] * hidden[2], x[2]),
    "diagonal": lambda x: x[:1],
    "off_diagonal": lambda x: x,
    "add_diagonal": lambda x: x,
    "eigenvalues": lambda x: x[:1],
    "logdet": lambda x: (),
    "nuclear_norm": lambda x: (),
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

    def mul_column(self, x: Value, column: Value) -> Value:
        return self.op("mul_column", x, column)

    def put_rows(self, x: Value, index: Value, rows: Value) -> Value:
        return self.op("put_rows", x, index, rows)

    def one_hot(self, index: Value, *, count: int) -> Value:
        return self.op("one_hot", index, count=count, shape=(*index.shape, count))

    def take_rows(self, x: Value, index: Value) -> Value:
        return self.op("take_rows", x, index)

    def match_rows(self, x: Value, y: Value, values: Value, *, group: int) -> Value:
        return self.op("match_rows", x, y, values, group=group)

    def nearest_rows(self, x: Value, y: Value, *, group: int, among: int) -> Value:
        return self.op("nearest_rows", x, y, group=group, among=among, dtype="i64")

    def least_rows(self, x: Value, *, group: int, keep: int) -> Value:
        return self.op("least_rows", x, shape=(x.shape[0] // group * keep,), dtype="i64", group=group, keep=keep)

    def slice_rows(self, x: Value, *, group: int, start: int, stop: int) -> Value:
        shape = (x.shape[0] // group * (stop - start), *x.shape[1:])
        return self.op("slice_rows", x, shape=shape, group=group, start=start, stop=stop)

    def join_rows(self, x: Value, *, group: int) -> Value:
        return self.op("join_rows", x, shape=(x.shape[0] // group, group * x.shape[1]), group=group)

    def repeat_rows(self, x: Value, *, times: int) -> Value:
        return self.op("repeat_rows", x, shape=(x.shape[0] * times, *x.shape[1:]), times=times)

    def group_mean(self, x: Value, *, group: int) -> Value:
        return self.op("group_mean", x, shape=(x.shape[0] // group, *x.shape[1:]), group=group)

    def group_first(self, x: Value, *, group: int) -> Value:
        return self.op("group_first", x, shape=(x.shape[0] // group, *x.shape[1:]), group=group)

    def take_places(self, x: Value, places: Value) -> Value:
        return self.op("take_places", x, places)

    def prepend_rows(self, x: Value, y: Value, *, group: int) -> Value:
        return self.op("prepend_rows", x, y, group=group)

    def add_positions(self, x: Value, *, group: int) -> Value:
        return self.op("add_positions", x, group=group)

    def transformer_layer(self, x: Value, *weights: Value, group: int, heads: int) -> Value:
        if x.shape[1] % heads:
            raise CompileError(f"{heads} attention heads do not divide embeddings of width {x.shape[1]}")
        return self.op("transformer_layer", x, *weights, group=group, heads=heads)

    def cross_moment(self, x: Value, y: Value) -> Value:
        return self.op("cross_moment", x, y)

    def covariance(self, x: Value) -> Value:
        return self.op("covariance", x)

    def covariances(self, x: Value, *, group: int) -> Value:
        return self.op("covariances", x, shape=(group * x.shape[1], x.shape[1]), group=group)

    def prepend(self, column: Value, x: Value) -> Value:
        return self.op("prepend", column, x)

    def roll_half(self, x: Value) -> Value:
        return self.op("roll_half", x)

    def sinkhorn(
        self, x: Value, past: Value | None = None, share: Value | None = None, *, iterations: int, group: int = 1
    ) -> Value:
        assert past is None or group == 1, "past rows belong to no place"
        more = tuple(value for value in (past, share) if value is not None)
        if group > 1:
            return self.op("sinkhorn", x, iterations=iterations, group=group)
        return self.op("sinkhorn", x, *more, iterations=iterations)

    def columns(self, xs: tuple[Value, ...]) -> Value:
        return self.op("columns", *xs)

    def concat_columns(self, x: Value, y: Value) -> Value:
        return self.op("concat_columns", x, y)

    def equal(self, x: Value, y: Value) -> Value:
        return self.op("equal", x, y)

    def limit_norm(self, x: Value, *, most: float) -> Value:
        return self.op("limit_norm", x, most=float(most))

    def mul_row(self, x: Value, row: Value) -> Value:
        return self.op("mul_row", x, row)

    def relu_pairs(self, x: Value, y: Value, weights: Value) -> Value:
        return self.op("relu_pairs", x, y, weights)

    def smooth_l1_distances(self, x: Value, y: Value, *, beta: float, per_feature: bool) -> Value:
        return self.op("smooth_l1_distances", x, y, beta=float(beta), per_feature=per_feature)

    def successor(self, x: Value, without: Value | None = None) -> Value:
        return self.op("successor", x, *(() if without is None else (without,)), dtype="i64")

    def whiten(self, x: Value, *, size: int, eps: float, symmetric: bool) -> Value:
        size = size or x.shape[0]
        if x.shape[0] % size:
            raise CompileError(f"a batch of {x.shape[0]} cannot be whitened in groups of {size}; choose a multiple")
        return self.op("whiten", x, size=size, eps=float(eps), symmetric=symmetric)

    def width(self, x: Value) -> Value:
        return self.op("width", x)

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

    def clip(self, x: Value, *, low: float, high: float) -> Value:
        return self.op("clip", x, low=float(low), high=float(high))

    def smooth_l1(self, x: Value, *, beta: float) -> Value:
        return self.op("smooth_l1", x, beta=float(beta))

    def softplus(self, x: Value) -> Value:
        return self.op("softplus", x)

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

    def row_top(self, x: Value, *, count: int) -> Value:
        if count > x.shape[1]:
            raise CompileError(f"there are {x.shape[1]} rows to choose {count} neighbours from")
        return self.op("row_top", x, count=count, shape=(x.shape[0] * count,), dtype="i64")

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

    def masked_mean(self, x: Value, *, without: Mask) -> Value:
        return self.op("masked_mean", x, without=without.value)

    def row_logmeanexp_others(self, x: Value) -> Value:
        return self.op("row_logmeanexp_others", x)

    def zero(self, x: Value, *, without: Mask) -> Value:
        return self.op("zero", x, without=without.value)

    def epps_pulley(self, x: Value, *, knots: int, upper: float) -> Value:
        return self.op("epps_pulley", x, knots=knots, upper=float(upper))

    def normal_wasserstein(self, x: Value) -> Value:
        return self.op("normal_wasserstein", x)

    def ring_write(self, ring: Value, pointer: Value, rows: Value) -> Value:
        return self.op("ring_write", ring, pointer, rows)

    def ring_advance(self, pointer: Value, rows: Value, ring: Value) -> Value:
        return self.op("ring_advance", pointer, rows, ring)

    def diagonal(self, x: Value) -> Value:
        return self.op("diagonal", x)

    def off_diagonal(self, x: Value) -> Value:
        return self.op("off_diagonal", x)

    def add_diagonal(self, x: Value, *, constant: float) -> Value:
        return self.op("add_diagonal", x, constant=float(constant))

    def eigenvalues(self, x: Value) -> Value:
        return self.op("eigenvalues", x)

    def logdet(self, x: Value) -> Value:
        return self.op("logdet", x)

    def nuclear_norm(self, x: Value) -> Value:
        return self.op("nuclear_norm", x)
