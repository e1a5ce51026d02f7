"""Faults that are planted in the machinery of the step, for as long as their context lasts. Legend: N batch, D features."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from unittest import mock

import torch
from torch import Tensor

from ssmi_compiler.ir.torch_ops import TorchBuilder
from ssmi_compiler.step import lower


@contextmanager
def one_view_is_cut() -> Iterator[None]:
    whole = lower._Run._probe  # pyright: ignore[reportPrivateUsage]

    def cut(self: Any, op: Any, x: Tensor) -> Tensor:
        y = whole(self, op, x)
        return y.detach() if op.text("path").endswith(":1") else y

    with mock.patch.object(lower._Run, "_probe", cut):  # pyright: ignore[reportPrivateUsage]
        yield


@contextmanager
def no_detach() -> Iterator[None]:
    def leaky(self: Any, op: Any, x: Tensor) -> Tensor:
        return x

    with mock.patch.object(lower._Run, "_stop_gradient", leaky):  # pyright: ignore[reportPrivateUsage]
        yield


@contextmanager
def no_update() -> Iterator[None]:
    with mock.patch.object(lower._Run, "_ema", return_value=None):  # pyright: ignore[reportPrivateUsage]
        yield


@contextmanager
def constant_positive() -> Iterator[None]:
    def ones(self: Any, x: Tensor, y: Tensor) -> Tensor:
        return torch.ones(len(x))

    with mock.patch.object(TorchBuilder, "row_dot", ones):
        yield


@contextmanager
def flipped_hinge() -> Iterator[None]:
    whole = TorchBuilder.relu
    with mock.patch.object(TorchBuilder, "relu", lambda self, x: -whole(self, x)):
        yield


@contextmanager
def branch_on_data() -> Iterator[None]:
    whole = lower._Run._network  # pyright: ignore[reportPrivateUsage]

    def branching(self: Any, op: Any, x: Tensor) -> Tensor:
        y = whole(self, op, x)
        return y * 2 if bool((y == 0).any()) else y

    with mock.patch.object(lower._Run, "_encode", branching):  # pyright: ignore[reportPrivateUsage]
        yield
