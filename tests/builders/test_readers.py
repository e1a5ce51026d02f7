"""The readers agree on every operation of this file: value by NumPy and torch, shape by the IR. Legend: N, M rows, D features."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
import torch

from ssmi_compiler.ir.emit import IRBuilder, Value
from ssmi_compiler.ir.graph import GraphBuilder
from ssmi_compiler.ir.torch_ops import TorchBuilder
from ssmi_dsl.builders.numpy_reference import NumpyBuilder
from ssmi_dsl.builders.printing import Formula, PrintBuilder

N, M, D = 5, 7, 4
Operation = Callable[..., Any]

H = 6
# weights of one transformer layer of hidden width H
LAYER = ((3 * D, D), (3 * D,), (D, D), (D,), (D,), (D,), (H, D), (H,), (D, H), (D,), (D,), (D,))

# name: (shapes of the operands, how a reader is called)
OPERATIONS: dict[str, tuple[tuple[tuple[int, ...], ...], Operation]] = {
    "matmul": (((N, M), (M, D)), lambda b, x, y: b.matmul(x, y)),
    "transpose": (((N, D),), lambda b, x: b.transpose(x)),
    "add_column": (((N, M), (N,)), lambda b, x, y: b.add_column(x, y)),
    "add_row": (((N, D), (D,)), lambda b, x, y: b.add_row(x, y)),
    "mul_column": (((N, M), (N,)), lambda b, x, y: b.mul_column(x, y)),
    "columns": (((N,), (N,)), lambda b, x, y: b.columns((x, y, x))),
    "successor": (((N,),), lambda b, x: b.successor(x)),
    "successor without some": (((N,), (N, N)), lambda b, x, y: b.successor(x, b.relu(y))),
    "one_hot": (((N, M),), lambda b, x: b.one_hot(b.row_argmax(x), count=M)),
    "nearest rows": (((N, M), (M, D)), lambda b, x, y: b.take_rows(y, b.row_argmax(x))),
    "harden": (((N, M),), lambda b, x: b.harden(x)),
    "mul": (((N, M), (N, M)), lambda b, x, y: b.mul(x, y)),
    "mul by a scalar": (((N, M), ()), lambda b, x, y: b.mul(x, y)),
    "div": (((N, M), ()), lambda b, x, y: b.div(x, y)),
    "add a scalar": (((N, M), ()), lambda b, x, y: b.add(x, y)),
    "sub a scalar": (((N, M), ()), lambda b, x, y: b.sub(x, y)),
    "exp": (((N, M),), lambda b, x: b.exp(x)),
    "log": (((N, M),), lambda b, x: b.log(b.square(x))),
    "log_softmax": (((N, M),), lambda b, x: b.log_softmax(x)),
    "softmax": (((N, M),), lambda b, x: b.softmax(x)),
    "column_sum": (((N, D),), lambda b, x: b.column_sum(x)),
    "column_mean": (((N, D),), lambda b, x: b.column_mean(x)),
    "row_top": (((N, M), (M, D)), lambda b, x, y: b.take_rows(y, b.row_top(x, count=3))),
    "group_first": (((2 * N, D),), lambda b, x: b.group_first(x, group=2)),
    "prepend_rows": (((N, D), (3 * N, D)), lambda b, x, y: b.prepend_rows(x, y, group=3)),
    "add_positions": (((5 * N, D),), lambda b, x: b.add_positions(x, group=5)),
    "transformer_layer": (((3 * N, D), *LAYER), lambda b, x, *w: b.transformer_layer(x, *w, group=3, heads=2)),
    "sinkhorn": (((N, D),), lambda b, x: b.sinkhorn(x, iterations=3)),
    "sinkhorn by place": (((3 * N, D),), lambda b, x: b.sinkhorn(x, iterations=3, group=3)),
    "sinkhorn with past": (((N, D), (M, D), ()), lambda b, x, y, w: b.sinkhorn(x, y, b.square(w), iterations=3)),
}


@pytest.mark.parametrize("name", OPERATIONS)
def test_torch_and_ir_agree_with_numpy(name: str) -> None:
    shapes, operation = OPERATIONS[name]
    random = np.random.default_rng(len(name))
    arrays = [np.asarray(random.normal(size=shape)) for shape in shapes]

    expected = operation(NumpyBuilder(), *arrays)
    found = operation(TorchBuilder(), *(torch.from_numpy(array) for array in arrays))
    builder = IRBuilder(GraphBuilder("operations"))
    value = operation(builder, *(builder.op("number", shape=shape, key=str(i)) for i, shape in enumerate(shapes)))
    text = operation(PrintBuilder(), *(Formula(letter) for letter in "xywabcdefghijk"[: len(shapes)]))

    np.testing.assert_allclose(found.numpy(), expected, rtol=1e-12, atol=1e-14)
    assert isinstance(value, Value)
    assert value.shape == expected.shape
    assert "x" in str(text)


def test_put_rows_replaces_the_rows_that_are_named() -> None:
    rows, index, new = np.zeros((6, 2)), np.array([4.0, 0.0]), np.array([[1.0, 2.0], [3.0, 4.0]])
    expected = np.array([[3, 4], [0, 0], [0, 0], [0, 0], [1, 2], [0, 0]])
    np.testing.assert_array_equal(NumpyBuilder().put_rows(rows, index, new), expected)
    found = TorchBuilder().put_rows(*(torch.from_numpy(array) for array in (rows, index, new)))
    np.testing.assert_array_equal(found.numpy(), expected)
    np.testing.assert_array_equal(rows, 0)


@pytest.mark.parametrize("iterations", [1, 3, 200])
def test_sinkhorn_shares_the_rows(iterations: int) -> None:
    scores = torch.randn(12, 4, generator=torch.Generator().manual_seed(0)) * 300  # exp of which overflows
    plan = TorchBuilder().sinkhorn(scores / 50, iterations=iterations)
    torch.testing.assert_close(plan.sum(dim=1), torch.ones(12))
    assert torch.isfinite(TorchBuilder().sinkhorn(scores, iterations=iterations)).all()
    if iterations == 200:
        torch.testing.assert_close(plan.sum(dim=0), torch.full((4,), 3.0), rtol=1e-3, atol=1e-3)


def test_past_rows_of_no_mass_change_nothing() -> None:
    generator = torch.Generator().manual_seed(0)
    scores, past = torch.randn(6, 4, generator=generator), torch.randn(9, 4, generator=generator)
    builder = TorchBuilder()
    alone = builder.sinkhorn(scores, iterations=3)
    torch.testing.assert_close(builder.sinkhorn(scores, past, torch.tensor(0.0), iterations=3), alone)
    assert not torch.allclose(builder.sinkhorn(scores, past, torch.tensor(1.0), iterations=3), alone)
