"""What the methods of the study see has the information that it is said to have. Legend: N samples, D features."""

import torch

from ssmi_compiler.augment import Augmentation
from ssmi_dsl.components.augment_operations import GaussianNoise
from study.shrink import FEATURES, NOISE
from study.world import RING, SIDE, TEXT, Pictures, pictures, ring, texts

RECIPE = [("gaussian-noise", GaussianNoise(std=NOISE))]


def test_pictures_keep_all_of_a_vector() -> None:
    vectors = torch.randn(4000, FEATURES, generator=torch.Generator().manual_seed(0))
    shown = pictures(vectors)
    assert shown.shape == (4000, 1, SIDE, SIDE)
    basis = pictures(torch.eye(FEATURES)).flatten(1)
    gram = basis @ basis.T
    assert torch.allclose(gram, torch.eye(FEATURES) * gram[0, 0], atol=1e-5)
    assert torch.allclose(shown.flatten(1) @ basis.T / gram[0, 0], vectors, atol=1e-4)
    assert abs(float(shown.var()) - 1) < 0.05


def test_a_picture_of_a_view_is_a_view_of_the_vector() -> None:
    vectors = torch.zeros(8, FEATURES)
    plain, shown = Augmentation(RECIPE), Pictures(RECIPE)
    noise = plain.draw(torch.Generator().manual_seed(1), 8, (FEATURES,))
    assert torch.equal(shown(vectors, noise), pictures(plain(vectors, noise)))


def test_a_hidden_patch_can_be_told_from_the_others() -> None:
    """Of 16 patches, 12 hold 48 numbers of a picture that has 16."""
    basis = pictures(torch.eye(FEATURES)).unflatten(2, (4, 2)).unflatten(4, (4, 2))[:, 0]
    visible = basis[:, :, :, :3, :].flatten(1)
    assert int(torch.linalg.matrix_rank(visible)) == FEATURES


def test_texts_hold_the_signs_of_another_view() -> None:
    vectors = 10 * torch.sign(torch.randn(6, FEATURES, generator=torch.Generator().manual_seed(2)))
    words = texts(vectors, torch.Generator().manual_seed(3))
    assert words.shape == (6, TEXT.length)
    assert int(words.min()) >= 1
    assert int(words.max()) < TEXT.vocabulary
    assert torch.equal((words - 1) % 2, (vectors > 0).long())


def test_nodes_are_views_of_vectors_in_rings() -> None:
    vectors = torch.randn(500, FEATURES, generator=torch.Generator().manual_seed(4))
    features, edges = ring(vectors, 500 * RING, torch.Generator().manual_seed(5))
    noise = features.unflatten(0, (500, RING)) - vectors[:, None]
    assert abs(float(noise.std()) - NOISE) < 0.02
    assert abs(float((noise[:, 0] * noise[:, 1]).mean())) < 0.02
    assert torch.equal(edges, edges.T)
    assert set(edges.sum(dim=1).tolist()) == {2.0}
    sources = torch.arange(len(features)) // RING
    assert bool((sources[:, None] == sources[None, :])[edges > 0].all())
    assert float(edges.diagonal().sum()) == 0


def test_a_batch_that_ends_within_a_ring_keeps_the_nodes_that_it_has() -> None:
    features, edges = ring(torch.zeros(2, FEATURES), RING + 1, torch.Generator().manual_seed(6))
    assert (len(features), float(edges[RING].sum())) == (RING + 1, 0.0)


def test_both_views_show_a_vector_in_the_same_places() -> None:
    view = Pictures(RECIPE)
    assert view.output_size((3, 5)) == (SIDE, SIDE)
    assert torch.equal(view.sources({}, 2, (3, 5), torch.device("cpu")), torch.eye(2, 3).expand(2, 2, 3))
