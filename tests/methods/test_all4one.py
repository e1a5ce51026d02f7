"""All4One against its reference, through the public `objective`, one objective after the other.

Legend: N batch, D embedding, M stored rows.
"""

import json

import numpy as np
import pytest
import torch
from agreement import Array, assert_agrees, correlated
from references import all4one, nnclr
from references.gradient import numerical_gradients, relative_error
from references.sphere import unit_rows

from ssmi_compiler import Objective, objective
from ssmi_compiler.ir.torch_ops import TorchBuilder
from ssmi_dsl.load import load
from ssmi_dsl.terms.positives.attended_neighbours import WEIGHTS

SIZES = [(8, 8, 0), (12, 16, 1), (6, 8, 2)]
M, HEADS, LAYERS = 30, 4, 2
NEIGHBOUR, CENTROID, FEATURES = range(3)
sizes = pytest.mark.parametrize(("rows", "width", "seed"), SIZES)


def _small(index: int) -> Objective:
    """The objective with short queues and a small transformer."""
    spec = load("all4one").spec.model_dump(mode="json")["objective"]
    assert [each["name"] for each in spec] == ["neighbour", "centroid", "features"]
    spec[NEIGHBOUR]["positive"]["nearest-neighbour"]["size"] = M
    spec[CENTROID]["positive"]["attended-neighbours"] |= {"size": M, "layers": LAYERS, "heads": HEADS}
    method = load("all4one", overrides=[f"objective={json.dumps(spec)}"])
    return objective(method, index=index)


@sizes
def test_the_neighbour_objective_is_half_of_nnclr(rows: int, width: int, seed: int) -> None:
    support = unit_rows(np.random.default_rng(seed).normal(size=(M, width)))

    def reference(p: Array, z: Array) -> float:
        return 0.5 * nnclr.loss(p, z, support, temperature=0.2).total

    views = correlated(2, rows=rows, width=width, seed=seed)
    assert_agrees(_small(NEIGHBOUR), views, reference, memory={"support": support, "support_pointer": 0.0})


@sizes
@pytest.mark.parametrize(("dtype", "limit"), [(torch.float32, 1e-5), (torch.float64, 1e-7)])
def test_the_centroid_objective_agrees_with_the_reference(
    dtype: torch.dtype, limit: float, rows: int, width: int, seed: int
) -> None:
    p, z, own = correlated(3, rows=rows, width=width, seed=seed)
    made = _small(CENTROID)
    random = np.random.default_rng(seed)
    memory = {name: value.detach().double() for name, value in made.memory(width, batch=rows, seed=seed).items()}
    for name in memory:
        if name.endswith(("bias", "shift1", "shift2", "scale1", "scale2")):  # which start at 0 and 1
            memory[name] = memory[name] + torch.tensor(0.3 * random.normal(size=memory[name].shape))
        if name.endswith(
            "expand_bias"
        ):  # finite differences must not cross the kink of a ReLU: every other unit is off
            memory[name] = memory[name] + torch.tensor([4.0, -4.0], dtype=torch.float64).repeat(2 * width // 2)
    moved = ("layer0_qkv_bias", "layer1_contract_bias", "layer0_scale1")

    def reference(p: Array, **changed: Array) -> float:
        arrays = {name: value.numpy() for name, value in memory.items()} | changed
        support = arrays.pop("support")
        return (
            0.5
            * all4one.centroid_loss(
                p, z, own, support, arrays, temperature=0.1, neighbours=5, layers=LAYERS, heads=HEADS
            ).total
        )

    held = {
        name: value.clone().to(dtype).requires_grad_(not name.startswith("support")) for name, value in memory.items()
    }
    x, y, mine = (torch.tensor(value, dtype=dtype, requires_grad=True) for value in (p, z, own))
    loss = made(x, y, own=mine, memory=held)
    loss.backward()

    assert loss.total.item() == pytest.approx(reference(p), rel=limit)
    inputs = {"p": p, **{name: memory[name].numpy() for name in moved}}
    expected = numerical_gradients(reference, inputs)
    assert x.grad is not None
    assert relative_error(x.grad.double().numpy(), expected["p"]) < limit
    for name in moved:
        gradient = held[name].grad
        assert gradient is not None
        assert relative_error(gradient.double().numpy(), expected[name]) < 3 * limit, name
    assert y.grad is None, "targets are constants"
    assert mine.grad is None


@sizes
@pytest.mark.parametrize(("dtype", "limit"), [(torch.float32, 1e-5), (torch.float64, 1e-7)])
def test_the_feature_objective_agrees_with_the_reference(
    dtype: torch.dtype, limit: float, rows: int, width: int, seed: int
) -> None:
    z1, z2, t1, t2 = correlated(4, rows=rows, width=width, seed=seed)

    def reference(z1: Array, z2: Array) -> float:
        return 0.5 * all4one.feature_loss([(z1, t2), (z2, t1)]).total

    first, second = (torch.tensor(value, dtype=dtype, requires_grad=True) for value in (z1, z2))
    one, two = (torch.tensor(value, dtype=dtype) for value in (t1, t2))
    loss = _small(FEATURES)(first, two, pairs=[(first, two), (second, one)])
    loss.backward()

    assert loss.total.item() == pytest.approx(reference(z1, z2), rel=limit)
    expected = numerical_gradients(reference, {"z1": z1, "z2": z2})
    assert first.grad is not None
    assert second.grad is not None
    assert relative_error(first.grad.double().numpy(), expected["z1"]) < limit
    assert relative_error(second.grad.double().numpy(), expected["z2"]) < limit


def test_the_layer_is_that_of_pytorch() -> None:
    torch.manual_seed(0)
    theirs = torch.nn.TransformerEncoderLayer(16, 4, dim_feedforward=32, dropout=0.0, batch_first=True).double()
    rows = torch.randn(6 * 5, 16, dtype=torch.float64)
    held = dict(theirs.named_parameters())
    named = {
        "qkv": held["self_attn.in_proj_weight"],
        "qkv_bias": held["self_attn.in_proj_bias"],
        "out": held["self_attn.out_proj.weight"],
        "out_bias": held["self_attn.out_proj.bias"],
        "scale1": held["norm1.weight"],
        "shift1": held["norm1.bias"],
        "expand": held["linear1.weight"],
        "expand_bias": held["linear1.bias"],
        "contract": held["linear2.weight"],
        "contract_bias": held["linear2.bias"],
        "scale2": held["norm2.weight"],
        "shift2": held["norm2.bias"],
    }
    mine = TorchBuilder().transformer_layer(rows, *(named[name] for name in WEIGHTS), group=5, heads=4)
    torch.testing.assert_close(mine, theirs(rows.unflatten(0, (-1, 5))).flatten(0, 1), rtol=1e-12, atol=1e-12)


def test_the_queue_takes_the_targets_of_the_anchors_partner() -> None:
    made = _small(CENTROID)
    p, z, own = (torch.tensor(value) for value in correlated(3, rows=4, width=8))
    memory = {name: value.detach().double() for name, value in made.memory(8, batch=4).items()}
    memory["support_pointer"] = torch.tensor(28.0)

    kept = made(p, z, own=own, memory=memory).memory

    np.testing.assert_allclose(kept["support"].numpy()[[28, 29, 0, 1]], unit_rows(z.numpy()), rtol=1e-12)
    torch.testing.assert_close(kept["support"][2:28], memory["support"][2:28])
    assert float(kept["support_pointer"]) == 2


def test_the_anchor_needs_the_target_of_its_own_view() -> None:
    made = _small(CENTROID)
    p, z = (torch.tensor(value).float() for value in correlated(2, rows=4, width=8))
    with pytest.raises(ValueError, match="own"):
        made(p, z, memory=made.memory(8, batch=4))
