"""Pixel by pixel against torchvision's functional transforms, for given parameters."""

import itertools
import math

import pytest
import torch

from ssmi_compiler.augment import Augmentation
from ssmi_compiler.augment.affine import inverse_affine
from ssmi_compiler.augment.jitter import jitter_noise
from ssmi_dsl.components import augment_operations as declared

pytest.importorskip("torchvision")
from torchvision.transforms.v2 import functional as reference

TOLERANCE = 1e-5
ADJUST = {
    "brightness": reference.adjust_brightness,
    "contrast": reference.adjust_contrast,
    "saturation": reference.adjust_saturation,
    "hue": reference.adjust_hue,
}


def images(num, height=32, width=32, *, channels=3, seed=0):
    generator = torch.Generator().manual_seed(seed)
    coarse = torch.rand(num, channels, 8, 8, generator=generator)
    smooth = torch.nn.functional.interpolate(coarse, (height, width), mode="bilinear")
    grain = torch.rand(num, channels, height, width, generator=generator)
    return ((0.7 * smooth + 0.3 * grain) * 255).round().to(torch.uint8)


def augmented(params, batch, noise):
    return Augmentation([(params.name, params)])(batch, noise)


def assert_same(actual, expected):
    assert (actual - torch.stack(expected)).abs().max() <= TOLERANCE


@pytest.mark.parametrize(
    ("size", "height", "width"), [(None, 32, 32), (24, 40, 56), (64, 48, 32), (16, 33, 29), (96, 128, 100)]
)
@pytest.mark.parametrize("flipped", [False, True])
def test_resized_crop(size, height, width, flipped):
    batch = images(8, height, width)
    params = declared.RandomResizedCrop(size=size, scale=(0.05, 1.0))
    augmentation = Augmentation([(params.name, params), ("horizontal-flip", declared.HorizontalFlip())])
    noise = augmentation.draw(torch.Generator().manual_seed(1), 8, (height, width))
    noise["0.flip"] = torch.full((8,), flipped)

    out = augmentation(batch, noise)

    target = [size or height, size or width]
    boxes = noise["0.box"].int().tolist()
    expected = [
        reference.resized_crop(x / 255, top, left, box_height, box_width, target, antialias=True)
        for x, (top, left, box_height, box_width) in zip(batch, boxes, strict=True)
    ]
    assert_same(out, [reference.horizontal_flip(x) if flipped else x for x in expected])


def test_flip_without_crop():
    batch = images(4)
    flip = torch.tensor([True, False, True, False])

    out = augmented(declared.HorizontalFlip(), batch, {"0.flip": flip})

    assert_same(out, [reference.horizontal_flip(x / 255) if f else x / 255 for x, f in zip(batch, flip, strict=True)])


@pytest.mark.parametrize("channels", [1, 3])
@pytest.mark.parametrize(
    "active", [("brightness", "contrast", "saturation", "hue"), ("contrast", "hue"), ("saturation",)]
)
def test_jitter_in_every_order(active, channels):
    orders = torch.tensor(list(itertools.permutations(range(len(active)))))
    num = len(orders)
    batch = images(num, channels=channels)
    generator = torch.Generator().manual_seed(2)
    low = torch.tensor([-0.5 if name == "hue" else 0.2 for name in active])
    high = torch.tensor([0.5 if name == "hue" else 1.8 for name in active])
    factors = low + (high - low) * torch.rand(num, len(active), generator=generator)
    noise = jitter_noise(active, orders, factors, applied=torch.ones(num, dtype=torch.bool))
    params = declared.ColorJitter(**{name: 0.5 if name in active else 0.0 for name in ADJUST}, p=1.0)

    out = augmented(params, batch, {f"0.{key}": value for key, value in noise.items()})

    expected = list(batch / 255)
    for sample, order in enumerate(orders.tolist()):
        for op in order:
            expected[sample] = ADJUST[active[op]](expected[sample], factors[sample, op].item())
    assert_same(out, [x.expand(3, -1, -1) for x in expected])


@pytest.mark.parametrize("turn", [-0.5, -0.3, -0.01, 0.0, 0.05, 0.2, 0.5])
def test_hue_of_special_colours(turn):
    levels = torch.tensor([0, 1, 127, 254, 255], dtype=torch.uint8)
    batch = torch.cartesian_prod(levels, levels, levels).T.reshape(1, 3, 5, 25)
    params = declared.ColorJitter(brightness=0, contrast=0, saturation=0, hue=0.5, p=1.0)

    out = augmented(params, batch, {"0.hue": torch.full((1, 1), turn)})

    assert_same(out, [reference.adjust_hue(batch[0] / 255, turn)])


def test_jitter_leaves_unchosen_samples_untouched():
    batch = images(4)
    params = declared.ColorJitter(brightness=0.8, contrast=0.8, saturation=0.8, hue=0.2, p=0.5)
    order = torch.arange(4).expand(4, 4)
    chosen = torch.tensor([True, False, True, False])
    noise = jitter_noise(
        ("brightness", "contrast", "saturation", "hue"), order, torch.full((4, 4), 0.2), applied=chosen
    )

    out = augmented(params, batch, {f"0.{key}": value for key, value in noise.items()})

    assert torch.equal(out[1::2], batch[1::2].float() * (1.0 / 255.0))
    assert (out[::2] - batch[::2] / 255).abs().max() > 0.1


def test_grayscale():
    batch = images(4)
    gray = torch.tensor([True, True, False, False])

    out = augmented(declared.Grayscale(), batch, {"0.gray": gray})

    assert_same(
        out, [reference.rgb_to_grayscale(x / 255, 3) if g else x / 255 for x, g in zip(batch, gray, strict=True)]
    )


@pytest.mark.parametrize(
    ("height", "width", "kernel"), [(32, 32, None), (32, 32, 9), (96, 64, None), (40, 20, 23), (8, 8, 1)]
)
def test_gaussian_blur(height, width, kernel):
    batch = images(4, height, width)
    sigma = torch.tensor([0.1, 0.7, 2.0, 0.0])
    default = {96: 9, 64: 7, 32: 3}

    out = augmented(declared.GaussianBlur(kernel=kernel), batch, {"0.sigma": sigma})

    sizes = [kernel or default[width], kernel or default[height]]
    pairs = zip(batch, sigma.tolist(), strict=True)
    assert_same(out, [reference.gaussian_blur(x / 255, sizes, [s, s]) if s else x / 255 for x, s in pairs])


def test_solarize():
    batch = images(4)
    threshold = torch.tensor([0.5, 0.0, 1.0, 2.0])

    out = augmented(declared.Solarize(), batch, {"0.threshold": threshold})

    pairs = zip(batch, threshold.tolist(), strict=True)
    assert_same(out, [reference.solarize(x / 255, t) if t <= 1 else x / 255 for x, t in pairs])


@pytest.mark.parametrize("channels", [1, 3])
def test_normalize(channels):
    batch = images(2, channels=channels)
    mean, std = (0.485, 0.456, 0.406), (0.5, 0.6, 0.7)

    out = augmented(declared.Normalize(mean=mean, std=std), batch, {})

    assert_same(out, [reference.normalize(x.expand(3, -1, -1) / 255, list(mean), list(std)) for x in batch])


@pytest.mark.parametrize(("height", "width"), [(32, 32), (24, 40), (17, 16)])
def test_affine(height, width):
    batch = images(6, height, width)
    angle = torch.tensor([0.0, 30.0, -10.0, 0.0, 0.0, 75.0])
    shear = torch.tensor([0.0, 0.0, 0.0, 20.0, 0.0, -35.0])
    scale = torch.tensor([1.0, 1.0, 1.5, 1.0, 0.6, 0.8])
    right, down = torch.tensor([0.0, 0.0, 0.0, 0.0, 3.3, -4.0]), torch.tensor([0.0, 0.0, 0.0, 0.0, -5.0, 2.5])
    radians = math.pi / 180
    inverse = inverse_affine(angle=angle * radians, shear=shear * radians, scale=scale, right=right, down=down)

    out = augmented(declared.RandomAffine(degrees=90), batch, {"0.inverse": inverse})

    # torchvision has no repeated border: a wide border is added before and cut after
    wide = torch.nn.functional.pad(batch / 255, (64, 64, 64, 64), mode="replicate")
    columns = zip(wide, *(column.tolist() for column in (angle, right, down, scale, shear)), strict=True)
    expected = [
        reference.affine(x, a, [r, d], s, [t, 0.0], interpolation=reference.InterpolationMode.BILINEAR)[
            :, 64 : 64 + height, 64 : 64 + width
        ]
        for x, a, r, d, s, t in columns
    ]
    assert (out - torch.stack(expected)).abs().max() <= 1e-4
    assert (out[0] - batch[0] / 255).abs().max() < 1e-5


def test_a_flip_stays_behind_an_affine_map():
    batch = images(4)
    crop, affine = declared.RandomResizedCrop(), declared.RandomAffine(degrees=45, translate=0.2)
    chain = [("random-resized-crop", crop), ("random-affine", affine), ("horizontal-flip", declared.HorizontalFlip())]
    augmentation = Augmentation(chain)
    noise = augmentation.draw(torch.Generator().manual_seed(0), 4, (32, 32))
    noise["2.flip"] = torch.ones(4, dtype=torch.bool)

    out = augmentation(batch, noise)

    assert torch.equal(out, Augmentation(chain[:2])(batch, noise).flip(3))
