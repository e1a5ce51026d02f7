"""Methods that assign targets to prototypes, against their references, through the public `objective`. Legend: N batch, E embedding, K prototypes."""

import numpy as np
import pytest
import torch
from agreement import assert_agrees, correlated
from references import dino, swav

from ssmi_compiler import objective
from ssmi_dsl.load import load

SIZES = [(8, 5, 0), (24, 12, 1), (6, 16, 2)]


@pytest.mark.parametrize(("rows", "width", "seed"), SIZES)
def test_dino_agrees_with_the_reference(rows: int, width: int, seed: int) -> None:
    student, teacher = (0.3 * view for view in correlated(2, rows=rows, width=width, seed=seed))
    center = np.random.default_rng(seed).normal(size=width) * 0.2
    memory = {"center": center, "teacher_temperature": 0.07}

    def reference(a: np.ndarray, b: np.ndarray) -> float:
        return dino.loss(a, b, center, student_temperature=0.1, teacher_temperature=0.07).total

    assert_agrees(objective("dino"), [student, teacher], reference, memory=memory)


def test_dino_center_follows_the_mean_of_the_teacher() -> None:
    student, teacher = (torch.tensor(view) for view in correlated(2))
    loss = objective("dino")
    memory = {name: value.double() for name, value in loss.memory(student.shape[1]).items()}

    first = loss(student, teacher, memory=memory).memory
    second = loss(student, teacher + 1, memory=first).memory

    expected = dino.new_center(np.zeros(student.shape[1]), [teacher.numpy()], momentum=0.9)
    np.testing.assert_allclose(first["center"].numpy(), expected, rtol=1e-12)
    expected = dino.new_center(expected, [teacher.numpy() + 1], momentum=0.9)
    np.testing.assert_allclose(second["center"].numpy(), expected, rtol=1e-12)


def test_dino_teacher_temperature_warms_up() -> None:
    loss = objective("dino", recipe="imagenet")
    values = [float(loss.memory(4, progress=progress)["teacher_temperature"]) for progress in (0.0, 0.05, 0.1, 1.0)]
    assert values == pytest.approx([0.04, 0.055, 0.07, 0.07])  # 30 of 300 epochs


@pytest.mark.parametrize(("rows", "width", "seed"), SIZES)
def test_swav_agrees_with_the_reference(rows: int, width: int, seed: int) -> None:
    scores = [0.2 * view for view in correlated(2, rows=rows, width=width, seed=seed)]

    def reference(a: np.ndarray, b: np.ndarray) -> float:
        return swav.loss(a, b, temperature=0.1, epsilon=0.05, iterations=3).total

    assert_agrees(objective("swav", recipe="imagenet"), scores, reference)


@pytest.mark.parametrize(("share", "counted"), [(0.0, False), (1.0, True)])
def test_swav_queue_is_assigned_with_the_batch_and_takes_its_embeddings(share: float, *, counted: bool) -> None:
    random = np.random.default_rng(0)
    embedding, past, prototypes = (random.normal(size=(rows, 4)) for rows in (8, 20, 6))
    embedding, past, prototypes = (z / np.linalg.norm(z, axis=1, keepdims=True) for z in (embedding, past, prototypes))
    scores, anchor = embedding @ prototypes.T, random.normal(size=(8, 6))
    memory = {"past": past, "past_pointer": 16.0, "past_share": share}

    method = load("swav", overrides=["objective.marginal.sinkhorn.queue=20"])
    found = objective(method)(
        torch.tensor(anchor),
        torch.tensor(scores),
        embedding=torch.tensor(embedding),
        prototypes=torch.tensor(prototypes),
        memory={name: torch.tensor(value) for name, value in memory.items()},
    )

    expected = swav.loss(
        anchor, scores, past @ prototypes.T if counted else None, temperature=0.1, epsilon=0.05, iterations=3
    )
    assert found.total.item() == pytest.approx(expected.total, rel=1e-9)
    kept = found.memory["past"].numpy()
    np.testing.assert_array_equal(kept[16:], embedding[:4])
    np.testing.assert_array_equal(kept[:4], embedding[4:])
    np.testing.assert_array_equal(kept[4:16], past[4:16])
    assert float(found.memory["past_pointer"]) == 4


def test_dino_and_swav_have_the_values_of_lightly() -> None:
    lightly = pytest.importorskip("lightly.loss")
    views = [0.2 * torch.tensor(view) for view in correlated(4, rows=16, width=8)]
    student, teacher = views, [torch.flip(view, [1]) for view in views[:2]]

    theirs = lightly.DINOLoss(output_dim=8, warmup_teacher_temp=0.04, teacher_temp=0.07, warmup_teacher_temp_epochs=1)
    expected = theirs.double()(teacher, student, epoch=5).item()
    memory = {"center": torch.zeros(8, dtype=torch.float64), "teacher_temperature": torch.tensor(0.07)}
    pairs = [(s, t) for s in range(4) for t in range(2) if s != t]
    ours = [objective("dino")(student[s], teacher[t], memory=memory).total.item() for s, t in pairs]
    assert np.mean(ours) == pytest.approx(expected, rel=1e-6)

    theirs = lightly.SwaVLoss(temperature=0.1, sinkhorn_iterations=3, sinkhorn_epsilon=0.05)
    expected = theirs(views[:2], views[2:]).item()
    loss = objective("swav", recipe="imagenet")
    ours = [loss(views[s], views[t]).total.item() for s, t in pairs]
    assert np.mean(ours) == pytest.approx(expected, rel=1e-6)
