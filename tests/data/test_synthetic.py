"""Procedural shapes and Gaussian pairs against what is known of them."""

import math

import pytest
import torch

from ssmi_runtime.data import load_dataset
from ssmi_runtime.data.gaussian import mutual_information
from ssmi_runtime.errors import DatasetError


@pytest.mark.parametrize(("dim", "rho"), [(1, 0.5), (4, 0.8), (8, -0.9)])
def test_gaussian_pairs_have_the_declared_information(dim: int, rho: float) -> None:
    data = load_dataset("gaussian", split="train", params={"dim": dim, "rho": rho, "num": 20_000})
    assert data.images.shape == (20_000, 2, dim)
    assert data.images.dtype == torch.float32
    assert data.info.size == dim
    assert data.factors is not None
    expected = -dim / 2 * math.log(1 - rho**2)
    assert float(data.factors["mutual_information"]) == pytest.approx(expected, rel=1e-12)
    x, y = data.images.double().unbind(1)
    covariance = torch.cov(torch.cat([x, y], dim=1).T)
    half = torch.logdet(covariance[:dim, :dim]) + torch.logdet(covariance[dim:, dim:]) - torch.logdet(covariance)
    assert float(half) / 2 == pytest.approx(expected, abs=0.05)


def test_gaussian_splits_differ_and_repeat() -> None:
    first, again = (load_dataset("gaussian", split="train", params={"num": 16}) for _ in range(2))
    other = load_dataset("gaussian", split="test", params={"num": 16})
    assert torch.equal(first.images, again.images)
    assert not torch.equal(first.images, other.images)


def test_gaussian_limits() -> None:
    assert mutual_information(5, 0.0) == 0.0
    with pytest.raises(DatasetError, match="rho"):
        load_dataset("gaussian", split="train", params={"rho": 1.0})


def test_shapes_repeat_and_lie_inside() -> None:
    first, again = (load_dataset("shapes", split="train", params={"num": 60}) for _ in range(2))
    assert torch.equal(first.images, again.images)
    assert first.images.dtype == torch.uint8
    assert torch.bincount(first.labels).tolist() == [10] * 6
    assert first.factors is not None
    corner = first.images[:, :, 0, 0].float() / 255
    torch.testing.assert_close(corner, first.factors["background"], atol=0.003, rtol=0)
    for index in range(60):
        moved = (first.images[index].float() / 255 - first.factors["background"][index, :, None, None]).abs().sum(0)
        assert int((moved > 0.3).sum()) >= 20


def test_area_and_centre_of_discs_follow_the_factors() -> None:
    data = load_dataset("shapes", split="test", params={"num": 60})
    assert data.factors is not None
    for index in (data.labels == 0).nonzero().flatten().tolist():
        ground, ink = data.images[index, :, 0, 0].float() / 255, data.factors["color"][index]
        cover = ((data.images[index].float() / 255 - ground[:, None, None]) / (ink - ground)[:, None, None]).mean(0)
        radius = 0.9 * float(data.factors["scale"][index])
        assert float(cover.sum()) == pytest.approx(math.pi * radius**2, rel=0.05)
        columns = torch.arange(32) + 0.5
        centre = float((cover.sum(0) * columns).sum() / cover.sum())
        assert centre == pytest.approx(float(data.factors["x"][index]), abs=0.3)
