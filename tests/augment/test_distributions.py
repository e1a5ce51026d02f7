"""The noise is distributed as torchvision's parameters: fixed seeds, loose levels."""

import itertools

import numpy as np
import pytest
import torch
from scipy import stats

from ssmi_compiler.augment import Augmentation
from ssmi_compiler.augment.geometry import draw_boxes
from ssmi_compiler.augment.jitter import Jitter
from ssmi_dsl.components import augment_operations as declared

LEVEL = 1e-3


def generator(seed=0):
    return torch.Generator().manual_seed(seed)


def drawn(params, num, size=(32, 32), seed=0):
    return Augmentation([(params.name, params)]).draw(generator(seed), num, size)


@pytest.mark.parametrize(("size", "scale"), [((32, 32), (0.08, 1.0)), ((64, 40), (0.2, 1.0)), ((32, 96), (0.5, 1.0))])
def test_boxes_follow_torchvision(size, scale):
    transforms = pytest.importorskip("torchvision.transforms")
    blank = torch.zeros(3, *size)
    ratio = (3 / 4, 4 / 3)
    with torch.random.fork_rng():
        torch.manual_seed(0)
        theirs = torch.tensor(
            [transforms.RandomResizedCrop.get_params(blank, list(scale), list(ratio)) for _ in range(2000)]
        )

    ours = draw_boxes(generator(1), 2000, size, scale=scale, ratio=ratio)

    for mine, other in zip(_measures(ours), _measures(theirs.float()), strict=True):
        assert np.asarray(stats.ks_2samp(mine, other))[1] > LEVEL


def _measures(boxes):
    top, left, height, width = boxes.numpy().T
    return top, left, height * width, width / height, top + height, left + width


def test_boxes_are_whole_pixels_inside_the_image():
    boxes = draw_boxes(generator(), 5000, (20, 33), scale=(0.01, 1.0), ratio=(0.5, 2.0))

    assert torch.equal(boxes, boxes.round())
    assert boxes[:, :2].min() == 0
    assert boxes[:, 2:].min() >= 1
    assert (boxes[:, 0] + boxes[:, 2]).max() == 20
    assert (boxes[:, 1] + boxes[:, 3]).max() == 33


@pytest.mark.parametrize(("size", "box"), [((100, 20), [36, 0, 27, 20]), ((20, 100), [0, 36, 20, 27])])
def test_central_crop_where_no_box_fits(size, box):
    boxes = draw_boxes(generator(), 4, size, scale=(1.0, 1.0), ratio=(3 / 4, 4 / 3))

    assert boxes.tolist() == [box] * 4


@pytest.mark.parametrize(
    ("params", "key", "is_changed"),
    [
        (declared.HorizontalFlip(p=0.3), "0.flip", lambda flip: flip),
        (declared.Grayscale(p=0.3), "0.gray", lambda gray: gray),
        (declared.GaussianBlur(p=0.3), "0.sigma", lambda sigma: sigma > 0),
        (declared.Solarize(p=0.3), "0.threshold", lambda threshold: threshold <= 1),
        (declared.ColorJitter(p=0.3), "0.hue", lambda hue: hue[:, 0] != 0),
    ],
)
def test_probability_that_a_sample_is_changed(params, key, is_changed):
    changed = is_changed(drawn(params, 4000)[key]).sum().item()

    assert stats.binomtest(changed, 4000, 0.3).pvalue > LEVEL


def test_sigma_is_uniform():
    sigma = drawn(declared.GaussianBlur(p=1.0), 4000)["0.sigma"]

    assert stats.kstest(sigma.numpy(), stats.uniform(0.1, 1.9).cdf).pvalue > LEVEL


@pytest.mark.parametrize(
    ("name", "width", "low", "high"),
    [
        ("brightness", 0.4, 0.6, 1.4),
        ("contrast", 1.5, 0.0, 2.5),
        ("saturation", 0.8, 0.2, 1.8),
        ("hue", 0.2, -0.2, 0.2),
    ],
)
def test_jitter_factors_are_uniform(name, width, low, high):
    only = dict.fromkeys(("brightness", "contrast", "saturation", "hue"), 0.0) | {name: width}

    noise = drawn(declared.ColorJitter(**only, p=1.0), 4000)

    factor = noise["0.hue"][:, 0] if name == "hue" else noise["0.blend"][:, 0, 0]
    assert stats.kstest(factor.numpy(), stats.uniform(low, high - low).cdf).pvalue > LEVEL


def test_all_orders_are_equally_likely():
    noise = Jitter(declared.ColorJitter(p=1.0)).draw(generator(3), 6000, (32, 32))

    counts = dict.fromkeys(itertools.permutations("bcsh"), 0)
    for blends, hue in zip(noise["blend"], noise["hue"], strict=True):
        counts[_order(blends.tolist(), hue.item())] += 1
    assert len(counts) == 24
    assert stats.chisquare(list(counts.values())).pvalue > LEVEL


def _order(blends, hue):
    kinds = []
    for slot, (scale, to_gray, to_mean) in enumerate(blends):
        if slot == 3 and hue:
            kinds.append("h")
        if scale != 1.0:
            kinds.append("s" if to_gray else "c" if to_mean else "b")
    return tuple(kinds)


def test_affine_maps_are_uniform_in_their_ranges():
    params = declared.RandomAffine(degrees=20, translate=0.25, scale=(0.5, 2.0), shear=30)

    inverse = drawn(params, 4000, size=(20, 40))["0.inverse"].double()

    linear, offset = torch.linalg.inv(inverse[:, :, :2]), -torch.linalg.inv(inverse[:, :, :2]) @ inverse[:, :, 2:]
    angle = torch.rad2deg(torch.atan2(linear[:, 1, 0], linear[:, 0, 0]))
    scale = linear[:, :, 0].norm(dim=1)
    # scale R S: its determinant is scale², and the shear is what is left of the second column along the first
    shear = torch.rad2deg(torch.atan(-(linear[:, :, 0] * linear[:, :, 1]).sum(1) / scale.square()))
    for values, low, high in ((angle, -20, 20), (scale, 0.5, 2.0), (shear, -30, 30)):
        assert stats.kstest(values.numpy(), stats.uniform(low, high - low).cdf)[1] > LEVEL
    for values, most in ((offset[:, 0, 0], 10), (offset[:, 1, 0], 5)):
        assert stats.kstest(values.numpy(), stats.uniform(-most, 2 * most).cdf)[1] > LEVEL


def test_an_affine_map_without_ranges_is_left_out():
    assert drawn(declared.RandomAffine(), 4) == {}
