"""Methods whose targets are clusters, against their references: losses, memories, and k-means between steps.

Legend: N batch, D features, K clusters, M memory.
"""

import numpy as np
import pytest
import torch
from agreement import Array, correlated
from references import deepcluster, smog
from references.gradient import numerical_gradients, relative_error
from references.sphere import unit_rows

from ssmi_compiler import objective
from ssmi_compiler.errors import CompileError
from ssmi_compiler.refresh import refresh, spherical_kmeans
from ssmi_dsl.load import load

SIZES = [(8, 5, 0), (24, 12, 1)]


@pytest.mark.parametrize(("rows", "width", "seed"), SIZES)
def test_deepcluster_agrees_with_the_reference(rows: int, width: int, seed: int) -> None:
    random = np.random.default_rng(seed)
    anchor, target = correlated(2, rows=rows, width=width, seed=seed)
    counts = (4, 7, 3)
    centres = [unit_rows(random.normal(size=(count, width))) for count in counts]
    assigned = [random.integers(count, size=1437) for count in counts]
    index = random.permutation(1437)[:rows]
    loss = objective(load("deepcluster-v2", recipe="digits", overrides=["objective.marginal.kmeans.counts=[4, 7, 3]"]))
    memory = {"bank": torch.tensor(unit_rows(random.normal(size=(1437, width))))}
    for head in range(3):
        memory[f"centres{head}"] = torch.tensor(centres[head])
        memory[f"assigned{head}"] = torch.tensor(assigned[head], dtype=torch.float32)

    def reference(z: Array) -> float:
        heads = zip(centres, assigned, strict=True)
        return float(np.mean([deepcluster.loss(z, c, a[index], temperature=0.1) for c, a in heads]))

    z = torch.tensor(anchor, requires_grad=True)
    found = loss(z, torch.tensor(target), memory=memory, index=torch.tensor(index))
    found.backward()

    assert found.total.item() == pytest.approx(reference(anchor), rel=1e-9)
    assert z.grad is not None
    assert relative_error(z.grad.numpy(), numerical_gradients(reference, {"z": anchor})["z"]) < 1e-7
    expected = memory["bank"].numpy().copy()
    expected[index] = unit_rows(target)
    np.testing.assert_allclose(found.memory["bank"].numpy(), expected, rtol=1e-12)


def test_deepcluster_needs_a_data_set_of_known_size() -> None:
    with pytest.raises(CompileError, match="keeps a row for every training image"):
        objective("deepcluster-v2").memory(8)


@pytest.mark.parametrize("iterations", [1, 5])
def test_spherical_kmeans_agrees_with_lloyd(iterations: int) -> None:
    rows = unit_rows(np.random.default_rng(0).normal(size=(60, 4)))
    chosen = torch.randperm(60, generator=torch.Generator().manual_seed(3))[:6]
    centres, nearest = spherical_kmeans(torch.tensor(rows), 6, iterations, torch.Generator().manual_seed(3))
    expected, own = deepcluster.lloyd(rows, rows[chosen.numpy()], iterations)
    np.testing.assert_allclose(centres.numpy(), expected, rtol=1e-12)
    np.testing.assert_array_equal(nearest.numpy(), own)


def test_spherical_kmeans_finds_separate_clusters_and_refuses_too_many() -> None:
    directions = torch.eye(3).repeat_interleave(5, dim=0)
    rows = torch.nn.functional.normalize(directions + 0.05 * torch.randn(15, 3, generator=torch.Generator()), dim=1)
    for seed in range(20):
        centres, nearest = spherical_kmeans(rows, 3, 10, torch.Generator().manual_seed(seed))
        assert torch.allclose(centres.norm(dim=1), torch.ones(3))
        if nearest.unique().numel() == 3 and nearest.view(3, 5).eq(nearest.view(3, 5)[:, :1]).all():
            break
    else:
        pytest.fail("no start found the three clusters")
    with pytest.raises(CompileError, match="cannot form 16 clusters"):
        spherical_kmeans(rows, 16, 1, torch.Generator())


def test_deepcluster_clusters_embeddings_before_the_first_step_and_its_memory_in_later_epochs() -> None:
    method = load("deepcluster-v2", recipe="digits", overrides=["objective.marginal.kmeans.counts=[5, 9]"])
    embeddings = torch.randn(1437, 6, generator=torch.Generator().manual_seed(0))
    state = {f"state/memory/objective0.{name}": value for name, value in objective(method).memory(6).items()}
    asked: list[str] = []

    def embed(branch: str) -> torch.Tensor:
        asked.append(branch)
        return embeddings

    def at(step: int) -> dict[str, torch.Tensor]:
        refresh(method, state, step=step, steps_per_epoch=11, seed=0, embed=embed)
        return {name: value.clone() for name, value in state.items()}

    first = at(0)
    assert asked == ["memory"]
    torch.testing.assert_close(first["state/memory/objective0.bank"], torch.nn.functional.normalize(embeddings, dim=1))
    for head, count in enumerate((5, 9)):
        centres = first[f"state/memory/objective0.centres{head}"]
        nearest = (first["state/memory/objective0.bank"] @ centres.T).argmax(dim=1)
        assert torch.equal(first[f"state/memory/objective0.assigned{head}"], nearest.float())
        assert nearest.unique().numel() == count
    assert all(torch.equal(first[name], value) for name, value in at(5).items())
    later = at(11)
    assert asked == ["memory"]
    assert not torch.equal(later["state/memory/objective0.centres0"], first["state/memory/objective0.centres0"])
    state.update({name: value.clone() for name, value in first.items()})
    again = at(11)
    assert all(torch.equal(again[name], value) for name, value in later.items()), "a function of state, step and seed"


@pytest.mark.parametrize(("rows", "width", "seed"), SIZES)
def test_smog_agrees_with_the_reference_also_in_the_gradient_of_the_groups(rows: int, width: int, seed: int) -> None:
    prediction, projection, target = correlated(3, rows=rows, width=width, seed=seed)
    groups = unit_rows(np.random.default_rng(seed).normal(size=(7, width)))
    loss = objective(
        load("smog", overrides=["objective.marginal.groups.count=7", "objective.marginal.groups.memory=40"])
    )
    memory = {name: value.double() for name, value in loss.memory(width).items()} | {"groups": torch.tensor(groups)}

    def reference(p: Array, z: Array) -> float:
        return smog.loss(p, z, target, groups, beta=0.99, temperature=0.1)

    p, z = (torch.tensor(value, requires_grad=True) for value in (prediction, projection))
    found = loss(p, torch.tensor(target), memory=memory, projection=z)
    found.backward()

    expected = numerical_gradients(reference, {"p": prediction, "z": projection}, step=2e-4)
    assert found.total.item() == pytest.approx(reference(prediction, projection), rel=1e-9)
    assert p.grad is not None
    assert z.grad is not None
    assert relative_error(p.grad.numpy(), expected["p"]) < 1e-6
    assert np.abs(expected["z"]).max() > 0
    assert relative_error(z.grad.numpy(), expected["z"]) < 1e-6
    after = smog.moved(groups, projection, beta=0.99)
    np.testing.assert_allclose(found.memory["groups"].numpy(), after, rtol=1e-10)
    np.testing.assert_allclose(found.memory["recent"].numpy()[:rows], unit_rows(target), rtol=1e-10)


def test_smog_resets_its_groups_by_kmeans_of_recent_targets() -> None:
    overrides = [f"objective.marginal.groups.{key}" for key in ("count=4", "memory=30", "reset_steps=3")]
    method = load("smog", overrides=overrides)
    state = {f"state/memory/objective0.{name}": value for name, value in objective(method).memory(6).items()}
    before = state["state/memory/objective0.groups"].clone()

    def embed(branch: str) -> torch.Tensor:
        pytest.fail("the recent targets are all that is read")

    for step in (0, 1, 2):
        refresh(method, state, step=step, steps_per_epoch=11, seed=0, embed=embed)
        assert torch.equal(state["state/memory/objective0.groups"], before)
    refresh(method, state, step=3, steps_per_epoch=11, seed=0, embed=embed)
    groups, recent = state["state/memory/objective0.groups"], state["state/memory/objective0.recent"]
    assert not torch.equal(groups, before)
    expected, _ = deepcluster.lloyd(recent.double().numpy(), groups.double().numpy(), 1)
    assert np.abs(expected - groups.double().numpy()).max() < 0.2, "ten iterations are near a fixed point"
