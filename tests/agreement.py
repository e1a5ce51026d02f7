"""How a method's objective is held against an independent reference. Legend: N batch, D embedding, V views."""

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest
import torch
from references.gradient import numerical_gradients, relative_error

from ssmi_compiler.objective import Loss, Objective

Array = npt.NDArray[np.float64]
Reference = Callable[..., float]


def correlated(num_views: int, *, rows: int = 24, width: int = 12, noise: float = 0.5, seed: int = 0) -> list[Array]:
    """Views [N D] of the same samples: a shared part and independent noise."""
    random = np.random.default_rng(seed)
    shared = random.normal(size=(rows, width))
    return [shared + noise * random.normal(size=(rows, width)) for _ in range(num_views)]


def assert_agrees(
    objective: Objective,
    views: list[Array],
    reference: Reference,
    *,
    memory: Mapping[str, Any] | None = None,
    labels: Array | None = None,
    adjacency: Array | None = None,
    tolerance: float = 1e-5,
) -> None:
    """`objective` on (views[0], views[1]) has the value and the gradients of `reference(*views)`: in float32 to `tolerance`, in float64 to 1e-7.

    `reference` is a float64 NumPy function of the views alone, written from the paper; its gradient is taken by finite differences.
    A target that the spec stops must receive no gradient.
    """
    names = [f"view{index}" for index in range(len(views))]
    expected = numerical_gradients(
        lambda **moved: reference(*(moved[name] for name in names)), dict(zip(names, views, strict=True))
    )
    stopped = objective.method.is_stopped(objective.method.target.name)
    for dtype, limit in ((torch.float32, tolerance), (torch.float64, 1e-7)):
        tensors = [torch.tensor(view, dtype=dtype, requires_grad=True) for view in views]
        loss = call(objective, tensors, memory=memory, labels=labels, adjacency=adjacency, dtype=dtype)
        loss.backward()
        assert loss.total.item() == pytest.approx(reference(*views), rel=limit)
        for index, (name, tensor) in enumerate(zip(names, tensors, strict=True)):
            if index == 1 and stopped:
                assert tensor.grad is None, "the target is a constant"
                continue
            gradient = np.zeros_like(views[index]) if tensor.grad is None else tensor.grad.double().numpy()
            assert relative_error(gradient, expected[name]) < limit, f"{dtype} {name}"


def call(
    objective: Objective,
    tensors: list[torch.Tensor],
    *,
    memory: Mapping[str, Any] | None,
    labels: Array | None,
    dtype: torch.dtype,
    adjacency: Array | None = None,
) -> Loss:
    """The objective in `dtype`, with memory and labels given as arrays."""
    held = {name: torch.as_tensor(value).to(dtype) for name, value in (memory or {}).items()}
    edges = None if adjacency is None else torch.as_tensor(adjacency).to(dtype)
    classes = None if labels is None else torch.as_tensor(labels).long()
    return objective(tensors[0], tensors[1], views=tensors, memory=held, labels=classes, adjacency=edges)
