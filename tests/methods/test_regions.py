"""Methods on places of an image, against their references, through the public `objective`. Legend: N batch, P places, D features."""

from dataclasses import replace

import numpy as np
import pytest
import torch
from references import cpc, vicreg, vicregl
from references.gradient import numerical_gradients, relative_error

from ssmi_compiler import objective
from ssmi_compiler.objective import Objective
from ssmi_dsl.errors import SpecError
from ssmi_dsl.load import load
from ssmi_dsl.terms.positives.nearest_feature import NearestFeature
from ssmi_dsl.terms.positives.nearest_place import NearestPlace
from ssmi_dsl.terms.positives.rows_below import RowsBelow

KEEP = 3
# two views of 6 images: a map of 3x3 places and one of 2x3, where a local view is
SIZES = [(9, 9, 5, 0), (9, 6, 4, 1), (4, 9, 3, 2)]


def _places(index: int, *, keep: int = KEEP) -> Objective:
    """The objective of the bundled spec that matches features (1) or places (2), with fewer pairs."""
    method = load("vicregl")
    assert method.objectives[1].spec.positive == NearestFeature(keep=20, keep_local=4)
    assert method.objectives[2].spec.positive == NearestPlace(keep=20, keep_local=4)
    view = method.objectives[index]
    positive = type(view.spec.positive)(keep=keep, keep_local=2)  # pyright: ignore[reportCallIssue] - both have these fields
    changed = replace(view, spec=view.spec.model_copy(update={"positive": positive}))
    return objective(replace(method, objectives=(changed,)))


@pytest.mark.parametrize("seed", [0, 1])
def test_the_loss_of_images_is_a_share_of_vicreg(seed: int) -> None:
    a, b = np.random.default_rng(seed).normal(size=(2, 8, 5))
    found = objective("vicregl")(torch.tensor(a), torch.tensor(b))
    assert found.total.item() == pytest.approx(0.75 * vicreg.loss(a, b).total, rel=1e-9)


@pytest.mark.parametrize("local", [False, True])
@pytest.mark.parametrize("index", [1, 2])
@pytest.mark.parametrize(("places", "others", "width", "seed"), SIZES)
def test_matched_places_agree_with_the_reference(
    places: int, others: int, width: int, seed: int, index: int, local: bool
) -> None:
    random, num = np.random.default_rng(seed), 6
    anchor, target = random.normal(size=(num, places, width)), random.normal(size=(num, others, width))
    where = random.uniform(0, 32, size=(num, places, 2)), random.uniform(0, 32, size=(num, others, 2))
    by_feature = vicregl.feature_distances(anchor, target)
    chosen = by_feature if index == 1 else vicregl.feature_distances(*where)
    keep = 2 if local else KEEP

    def reference(a: np.ndarray, b: np.ndarray) -> float:
        return 0.25 * vicregl.local_loss((a, b), chosen, keep=keep)

    expected = numerical_gradients(reference, {"a": anchor, "b": target})
    for dtype, limit in ((torch.float32, 1e-5), (torch.float64, 1e-7)):
        a, b = (torch.tensor(each.reshape(-1, width), dtype=dtype, requires_grad=True) for each in (anchor, target))
        here, there = (torch.tensor(each.reshape(-1, 2), dtype=dtype) for each in where)
        found = _places(index)(a, b, rows=places, target_rows=others, places=(here, there), local=local)
        found.backward()
        assert found.total.item() == pytest.approx(reference(anchor, target), rel=limit)
        for tensor, name in ((a, "a"), (b, "b")):
            assert tensor.grad is not None
            gradient = tensor.grad.reshape(expected[name].shape).double().numpy()
            assert relative_error(gradient, expected[name]) < limit


def test_vicregl_agrees_with_lightly() -> None:
    lightly = pytest.importorskip("lightly.loss")
    random, num, side, width = np.random.default_rng(0), 6, 3, 4
    images = [torch.tensor(random.normal(size=(num, width))) for _ in range(2)]
    maps = [torch.tensor(random.normal(size=(num, side, side, width))) for _ in range(2)]
    grids = [torch.tensor(random.uniform(0, 32, size=(num, side, side, 2))) for _ in range(2)]
    # one pair of each image: lightly sorts pairs by their distance, the official code by their place, and statistics are of each rank.
    # Its weights halve variance and covariance of the views
    theirs = lightly.VICRegLLoss(mu_param=50.0, nu_param=2.0, num_matches=(1, 1))(
        list(zip(images, maps, strict=True)), grids
    )

    flat = [each.reshape(-1, width) for each in maps]
    where = [each.reshape(-1, 2) for each in grids]
    ours = objective("vicregl")(*images).total
    for index in (1, 2):
        loss = _places(index, keep=1)
        for a, b in ((0, 1), (1, 0)):
            ours = ours + loss(flat[a], flat[b], rows=side * side, places=(where[a], where[b])).total / 2
    assert ours.item() == pytest.approx(theirs.item(), rel=1e-6)


def test_more_pairs_than_places_are_all_places() -> None:
    a, b = (torch.tensor(z) for z in np.random.default_rng(0).normal(size=(2, 24, 5)))
    few, many = (_places(1, keep=keep) for keep in (4, 99))
    assert few(a, b, rows=4).total.item() == many(a, b, rows=4).total.item()


def test_places_are_asked_for() -> None:
    z = torch.zeros(8, 3)
    with pytest.raises(ValueError, match="needs the places"):
        objective("vicregl", index=2)(z, z, rows=4)


@pytest.mark.parametrize("word", ["nearest-place", "nearest-feature", "matched"])
def test_places_of_whole_images_cannot_be_matched(word: str) -> None:
    with pytest.raises(SpecError, match=f"the positive `{word}` looks among tokens"):
        load("vicreg", overrides=[f"objective.positive={word}"])


def test_correlations_have_no_places() -> None:
    with pytest.raises(SpecError, match="have no meaning together"):
        load("vicreg", overrides=["objective.marginal={variance-covariance: {correlation: true, per_place: true}}"])


@pytest.mark.parametrize(("rows", "columns", "steps", "seed"), [(3, 3, 1, 0), (4, 2, 2, 1), (2, 3, 1, 2)])
def test_cpc_agrees_with_the_reference(rows: int, columns: int, steps: int, seed: int) -> None:
    random, num, width = np.random.default_rng(seed), 3, 4
    contexts, encodings = random.normal(size=(2, num, rows, columns, width))
    weight = random.normal(size=(width, width))

    def reference(c: np.ndarray, z: np.ndarray, w: np.ndarray) -> float:
        return cpc.loss(c, z, w, steps=steps)

    expected = numerical_gradients(reference, {"c": contexts, "z": encodings, "w": weight})
    for dtype, limit in ((torch.float32, 1e-5), (torch.float64, 1e-7)):
        given = {
            name: torch.tensor(value.reshape(-1, width), dtype=dtype, requires_grad=True)
            for name, value in (("c", contexts), ("z", encodings), ("w", weight))
        }
        loss = objective("cpc", index=steps - 1)
        found = loss(given["c"], given["z"], rows=rows * columns, grid=(rows, columns), memory={"bilinear": given["w"]})
        found.backward()
        assert found.total.item() == pytest.approx(reference(contexts, encodings, weight), rel=limit)
        for name, tensor in given.items():
            assert tensor.grad is not None
            gradient = tensor.grad.reshape(expected[name].shape).double().numpy()
            assert relative_error(gradient, expected[name]) < limit


def test_each_step_of_cpc_has_a_matrix_of_its_own() -> None:
    method = load("cpc")
    assert [view.spec.positive for view in method.objectives] == [RowsBelow(steps=k) for k in range(1, 6)]
    losses = [objective("cpc", index=index) for index in range(5)]
    assert all(set(loss.memory(8)) == {"bilinear"} for loss in losses)


def test_the_map_of_cpc_is_asked_for_and_has_enough_rows() -> None:
    z, loss = torch.zeros(12, 3), objective("cpc", index=2)
    memory = loss.memory(3)
    with pytest.raises(ValueError, match="needs the rows and columns of the tokens"):
        loss(z, z, rows=6, grid=(2, 2), memory=memory)
    with pytest.raises(ValueError, match="a map of 3 rows has no place 3 rows below another"):
        loss(z, z, rows=6, grid=(3, 2), memory=memory)
