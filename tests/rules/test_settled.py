"""What docs/rules.md calls settled by construction. Legend: N batch, D features."""

from functools import cache

import numpy as np
import pytest
import torch

from ssmi_compiler.compile import Lowered, draw_noise, lower
from ssmi_compiler.step.networks import initial_state
from ssmi_dsl.builders.numpy_reference import NumpyBuilder
from ssmi_dsl.bundled import bundled_names
from ssmi_dsl.load import load
from ssmi_dsl.spec.branches import Ema
from ssmi_dsl.terms import MARGINALS, Inputs, pair_loss
from ssmi_dsl.terms.base import Marginal
from ssmi_dsl.terms.bounds.donsker_varadhan import DonskerVaradhan
from ssmi_dsl.terms.bounds.infonce import InfoNCE
from ssmi_dsl.terms.critics.cosine import Cosine
from ssmi_dsl.terms.critics.standardized import Standardized

SMALL = ["recipes.digits.batch_size=8", "encoder.backbone={conv-small: {width: 4}}"]
# the cross-correlation is that of standardised features, and a queue is read by InfoNCE
CRITIC = {"cross-correlation": Standardized()}
BOUND = {"queue": InfoNCE()}
PROBED = [name for name, marginal in MARGINALS.items() if marginal.implemented and name not in ("none", "predictor")]


@cache
def _lowered(name: str, *overrides: str) -> Lowered:
    return lower(load(name, recipe="digits", overrides=[*SMALL, *overrides]))


@pytest.mark.parametrize("name", PROBED)
def test_every_marginal_prefers_a_spread_batch(name: str) -> None:
    generator = np.random.default_rng(0)
    spread = generator.normal(size=(64, 8))
    collapsed = np.ones((64, 8)) + 0.1 * generator.normal(size=(64, 1))
    assert _marginal_of(MARGINALS[name](), spread) < _marginal_of(MARGINALS[name](), collapsed)


def test_pairs_hold_different_views() -> None:
    for name in bundled_names():
        assert all(pair.anchor_view != pair.target_view for pair in load(name).pairs)


def test_random_numbers_of_a_step_depend_on_seed_and_step_only() -> None:
    augmentations = _lowered("jmi").augmentations
    torch.manual_seed(1)
    first = draw_noise(augmentations, 4, 16, seed=3, step=7)
    torch.manual_seed(2)
    again, later = (draw_noise(augmentations, 4, 16, seed=3, step=step) for step in (7, 8))
    assert all(torch.equal(first[name], again[name]) for name in first)
    assert any(not torch.equal(first[name], later[name]) for name in first)


def test_a_target_has_the_running_statistics_of_its_source() -> None:
    assert Ema.model_json_schema()["properties"]["buffers"]["enum"] == ["copy", "ema"]
    lowered = _lowered("byol")
    (update,) = [op for op in lowered.stages[-1][1].ops if op.name == "ema"]
    assert dict(update.attrs)["buffers"] == "copy"
    state = initial_state(lowered.method, lowered.networks, seed=0)
    copied = [name for name in state if name.startswith(("param/target.", "buffer/target."))]
    assert any(name.startswith("buffer/target.encoder") for name in copied)
    assert any(name.startswith("param/target.projector") for name in copied)
    for name in copied:
        source = state[name.replace("/target.", "/online.", 1)]
        assert torch.equal(state[name], source)
        assert state[name].data_ptr() != source.data_ptr()


def test_a_target_moves_once_in_a_step() -> None:
    names = [op.name for op in _lowered("byol").stages[-1][1].ops]
    assert names.count("ema") == 1
    assert names.index("ema") > names.index("minimize")


def test_a_queue_is_read_before_it_is_written() -> None:
    ops = _lowered("moco-v2", "objective.marginal={queue: {size: 64}}").stages[-1][1].ops
    found = {op.name: index for index, op in enumerate(ops) if dict(op.attrs).get("key") == "objective0.queue"}
    loss = next(index for index, op in enumerate(ops) if op.name == "minimize")
    assert found["state"] < loss < found["store"]


def _marginal_of(marginal: Marginal, z: np.ndarray) -> float:
    memory = {"queue": np.roll(z, 5, axis=0), "pointer": np.zeros(())}
    found = pair_loss(
        NumpyBuilder(),
        bound=BOUND.get(marginal.name, DonskerVaradhan()),
        critic=CRITIC.get(marginal.name, Cosine(temperature=0.5)),
        marginal=marginal,
        at=Inputs(z, z, (z, z), memory),
    )
    assert found.marginal is not None
    return float(found.marginal)
