"""Operations on rows of tokens mean the same to the NumPy and to the torch reader. Legend: N samples, P rows of each, D features."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
import torch

from ssmi_compiler.ir.torch_ops import TorchBuilder
from ssmi_dsl.builders.latex import LatexBuilder
from ssmi_dsl.builders.numpy_reference import NumpyBuilder
from ssmi_dsl.builders.printing import Formula, PrintBuilder

N, P, D = 4, 6, 3
CALLS: dict[str, Callable[[Any, Any], Any]] = {
    "nearest_rows": lambda b, x: b.nearest_rows(x, x, group=P, among=P // 2 * 2),
    "nearest_rows of fewer": lambda b, x: b.nearest_rows(
        x, b.slice_rows(x, group=P, start=4, stop=6), group=P, among=2
    ),
    "least_rows": lambda b, x: b.least_rows(b.row_sum(x), group=P, keep=4),
    "slice_rows": lambda b, x: b.slice_rows(x, group=P, start=2, stop=5),
    "join_rows": lambda b, x: b.join_rows(x, group=P),
    "covariances": lambda b, x: b.covariances(x, group=P),
    "off_diagonal of stacked": lambda b, x: b.off_diagonal(b.covariances(x, group=P)),
}


@pytest.mark.parametrize("name", CALLS)
def test_readers_agree(name: str) -> None:
    x = np.random.default_rng(0).normal(size=(N * P, D))
    expected = CALLS[name](NumpyBuilder(), x)
    found = CALLS[name](TorchBuilder(), torch.tensor(x))
    assert found.shape == expected.shape
    np.testing.assert_allclose(found.double().numpy(), expected, rtol=1e-12, atol=1e-12)
    for reader in (PrintBuilder(), LatexBuilder()):
        assert "x" in str(CALLS[name](reader, Formula("x")))


def test_the_first_of_equals_is_taken_and_rows_keep_their_order() -> None:
    x = torch.tensor([3.0, 1.0, 1.0, 0.0, 5.0, 5.0, 5.0, 5.0])
    assert TorchBuilder().least_rows(x, group=4, keep=2).tolist() == [1, 3, 4, 5]
    assert TorchBuilder().nearest_rows(torch.zeros(1, 2), torch.ones(3, 2), group=1, among=3).tolist() == [0]


def test_covariances_are_those_of_each_place() -> None:
    x = torch.tensor(np.random.default_rng(0).normal(size=(N * P, D)))
    found = TorchBuilder().covariances(x, group=P)
    for place in range(P):
        torch.testing.assert_close(found[D * place : D * (place + 1)], torch.cov(x[place::P].T))
