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
from ssmi_dsl.terms.base import Assignment, Initial, Marginal, Shapes
from ssmi_dsl.terms.bounds.donsker_varadhan import DonskerVaradhan
from ssmi_dsl.terms.bounds.infonce import InfoNCE
from ssmi_dsl.terms.bounds.jsd import Jsd
from ssmi_dsl.terms.critics.cosine import Cosine
from ssmi_dsl.terms.critics.prototypes import Prototypes
from ssmi_dsl.terms.critics.standardized import Standardized
from ssmi_dsl.terms.marginals.center_sharpen import CenterSharpen
from ssmi_dsl.terms.marginals.sinkhorn import Sinkhorn

SMALL = ["recipes.digits.batch_size=8", "encoder.backbone={conv-small: {width: 4}}"]
# the cross-correlation is that of standardised features, and a queue is read by InfoNCE
CRITIC = {"cross-correlation": Standardized(), "mean-entropy": Prototypes()}
BOUND = {"queue": InfoNCE(), "unlinked": Jsd()}
# a graph of 64 nodes, each with an edge to two others
RING = np.roll(np.eye(64), 1, axis=0) + np.roll(np.eye(64), -1, axis=0)
# these keep a constraint or assign: nothing is added to the value
WITHOUT_VALUE = ("none", "predictor", "whitening", "online-clusters")
PROBED = [
    name
    for name, word in MARGINALS.items()
    if word.implemented and name not in WITHOUT_VALUE and not issubclass(word, Assignment)
]


@cache
def _lowered(name: str, *overrides: str) -> Lowered:
    return lower(load(name, recipe="digits", overrides=[*SMALL, *overrides]))


@pytest.mark.parametrize("name", PROBED)
def test_every_marginal_prefers_a_spread_batch(name: str) -> None:
    generator = np.random.default_rng(0)
    spread = generator.normal(size=(64, 8))
    # all embeddings point in one direction, and have one largest feature
    collapsed = np.linspace(0.5, 1.5, 8) * (1 + 0.1 * generator.normal(size=(64, 1)))
    assert _marginal_of(MARGINALS[name](), spread) < _marginal_of(MARGINALS[name](), collapsed)


@pytest.mark.parametrize("size", [8, 100])
def test_whitened_embeddings_cannot_collapse(size: int) -> None:
    narrow = np.random.default_rng(0).normal(size=(200, 4)) * [1.0, 1e-2, 1e-2, 1e-2] + 3.0
    white = NumpyBuilder().whiten(narrow, size=size, eps=0.0, symmetric=False)
    for group in np.split(white, 200 // size):
        assert group.T @ group / (size - 1) == pytest.approx(np.eye(4), abs=1e-6)


def test_balanced_assignments_of_a_collapsed_batch_take_equal_shares() -> None:
    marginal = Sinkhorn(iterations=200)
    scores = np.linspace(-1, 1, 4) + 0.01 * np.random.default_rng(0).normal(size=(16, 4))
    shares = marginal.assign(NumpyBuilder(), Inputs(scores, scores)).sum(axis=0)
    assert shares == pytest.approx(np.full(4, 4.0), rel=1e-3)


def test_a_centre_takes_away_what_collapsed_targets_share() -> None:
    marginal, b = CenterSharpen(momentum=0.5), NumpyBuilder()
    scores = np.tile(np.linspace(-1, 1, 4), (16, 1))
    memory = {"center": np.zeros(4), "teacher_temperature": np.array(0.04)}
    at = Inputs(scores, scores, memory=memory)
    before = marginal.assign(b, at)
    for _ in range(40):
        memory |= marginal.renew(b, (scores,), at)
    assert before.max() > 0.99
    assert marginal.assign(b, at) == pytest.approx(np.full((16, 4), 0.25), abs=1e-6)


def test_local_views_are_never_targets() -> None:
    with_local = [method for name in bundled_names() if (method := load(name)).spec.views.local is not None]
    assert with_local
    for method in with_local:
        views = method.spec.views
        assert views.total > views.count
        for objective in method.objectives:
            assert all(pair.target_view < views.count for pair in objective.pairs)


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
    shapes = Shapes(batch=z.shape[0], width=z.shape[1])
    memory = {name: _at_start(initial) for name, initial in marginal.state(shapes).items()}
    noise = np.random.default_rng(1)
    memory |= {name: noise.normal(size=shape) for name, shape in marginal.noise(shapes).items()}
    if "queue" in memory:
        memory["queue"] = np.roll(z, 5, axis=0)
    found = pair_loss(
        NumpyBuilder(),
        bound=BOUND.get(marginal.name, DonskerVaradhan()),
        critic=CRITIC.get(marginal.name, Cosine(temperature=0.5)),
        marginal=marginal,
        at=Inputs(z, z, (z, z), memory, labels=np.arange(len(z)), pairs=((z, z),), adjacency=RING),
    )
    assert found.marginal is not None
    return float(found.marginal)


def _at_start(initial: Initial) -> np.ndarray:
    match initial.init:
        case "eye":
            return np.eye(initial.shape[0])
        case "power-law":
            weights = np.arange(1.0, initial.shape[0] + 1) ** -initial.value
            return weights / weights.sum()
        case _:
            return np.zeros(initial.shape)
