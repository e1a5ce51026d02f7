"""The chain: noise as data, purity, tracing, and what is left out of the graph."""

import pytest
import torch
from torch._subclasses.fake_tensor import FakeTensorMode
from torch.fx.experimental.proxy_tensor import make_fx

from ssmi_compiler.augment import OPERATIONS, Augmentation
from ssmi_dsl.components import augment_operations as declared
from ssmi_dsl.components.augment import resolve_augment
from ssmi_dsl.components.augment_operations import AUGMENT_OPS
from ssmi_dsl.components.augment_presets import PRESETS, HalvesOptions

IMAGE_PRESETS = [(name, index) for name, preset in PRESETS.items() for index in range(len(preset.views))]
SIZE = (32, 32)


def recipe(*ops):
    return [(op.name, op) for op in ops]


def preset(name, index=0):
    return Augmentation(resolve_augment(PRESETS[name].options(), index))


def generator(seed=0):
    return torch.Generator().manual_seed(seed)


def images(num=4, channels=3, size=SIZE):
    return torch.randint(0, 256, (num, channels, *size), dtype=torch.uint8, generator=generator(7))


def test_every_declared_operation_is_implemented():
    assert set(OPERATIONS) == set(AUGMENT_OPS)


@pytest.mark.parametrize(("name", "index"), IMAGE_PRESETS)
def test_output_of_presets(name, index):
    augmentation = preset(name, index)
    batch = images(16)
    before = batch.clone()

    out = augmentation(batch, augmentation.draw(generator(), 16, SIZE))

    assert out.dtype == torch.float32
    assert out.shape == (16, 3, *augmentation.output_size(SIZE))
    assert out.is_contiguous()
    assert 0.0 <= out.min() <= out.max() <= 1.0
    assert torch.equal(batch, before)


@pytest.mark.parametrize(("name", "index"), IMAGE_PRESETS)
def test_fake_trace_equals_eager(name, index):
    augmentation = preset(name, index)
    batch, noise = images(), augmentation.draw(generator(), 4, SIZE)
    with FakeTensorMode(allow_non_fake_inputs=False) as mode:
        fake_batch = mode.from_tensor(batch)
        fake_noise = {key: mode.from_tensor(value) for key, value in noise.items()}

        graph = make_fx(augmentation)(fake_batch, fake_noise)

    torch.testing.assert_close(graph(batch, noise), augmentation(batch, noise), rtol=0, atol=0)


def test_graph_has_no_mutation_and_no_randomness():
    augmentation = preset("simclr")
    noise = augmentation.draw(generator(), 4, SIZE)

    graph = make_fx(augmentation, tracing_mode="fake")(images(), noise)

    ops = [node.target for node in graph.graph.nodes if isinstance(node.target, torch._ops.OpOverload)]
    assert len(ops) > 100
    assert not [op for op in ops if op._schema.is_mutable or torch.Tag.nondeterministic_seeded in op.tags]


def test_equal_seeds_give_equal_noise():
    augmentation = preset("byol", 1)

    first, again, other = (augmentation.draw(generator(seed), 256, SIZE) for seed in (5, 5, 6))

    assert first.keys() == again.keys() == other.keys()
    assert all(torch.equal(first[key], again[key]) for key in first)
    assert not any(torch.equal(first[key], other[key]) for key in first)


def test_views_drawn_in_turn_are_independent():
    augmentation, source = preset("simclr"), generator()

    first, second = (augmentation.draw(source, 256, SIZE) for _ in range(2))

    correlation = torch.corrcoef(torch.stack((first["0.box"][:, 2], second["0.box"][:, 2])))[0, 1]
    assert abs(correlation) < 0.25


def test_noise_has_the_batch_first():
    noise = preset("byol", 1).draw(generator(), 5, SIZE)

    assert {value.shape[0] for value in noise.values()} == {5}


@pytest.mark.parametrize(
    "op",
    [
        declared.HorizontalFlip(p=0.0),
        declared.ColorJitter(p=0.0),
        declared.ColorJitter(brightness=0, contrast=0, saturation=0, hue=0),
        declared.Grayscale(p=0.0),
        declared.GaussianBlur(p=0.0),
        declared.Solarize(p=0.0),
    ],
)
def test_an_operation_that_changes_nothing_is_not_in_the_graph(op):
    without, with_op = Augmentation([]), Augmentation(recipe(op))

    noise = with_op.draw(generator(), 4, SIZE)

    assert noise == {}
    graphs = [make_fx(augmentation, tracing_mode="fake")(images(), {}) for augmentation in (without, with_op)]
    assert graphs[0].code == graphs[1].code


def test_flip_is_folded_into_the_crop_before_it():
    crop, flip, gray = declared.RandomResizedCrop(), declared.HorizontalFlip(), declared.Grayscale()
    folded = Augmentation(recipe(crop, gray, flip))
    noise = folded.draw(generator(), 4, SIZE)

    out = folded(images(), noise)

    unflipped = folded(images(), {**noise, "0.flip": torch.zeros(4, dtype=torch.bool)})
    chosen = noise["0.flip"]
    assert len(folded.on_images) == 2
    assert 0 < chosen.sum() < 4
    torch.testing.assert_close(out[chosen], unflipped[chosen].flip(3), rtol=0, atol=1e-6)
    torch.testing.assert_close(out[~chosen], unflipped[~chosen], rtol=0, atol=0)


def test_flip_before_the_crop_stays_where_it_is():
    augmentation = Augmentation(recipe(declared.HorizontalFlip(), declared.RandomResizedCrop(size=16)))
    noise = augmentation.draw(generator(), 4, SIZE)

    assert set(noise) == {"0.flip", "1.box"}
    assert augmentation(images(), noise).shape == (4, 3, 16, 16)


def test_later_operations_see_the_size_after_the_crop():
    ops = recipe(declared.RandomResizedCrop(size=24), declared.RandomResizedCrop(scale=(0.9, 1.0)))
    augmentation = Augmentation(ops)

    noise = augmentation.draw(generator(), 64, (48, 40))

    assert augmentation.output_size((48, 40)) == (24, 24)
    assert (noise["1.box"][:, 0] + noise["1.box"][:, 2]).max() <= 24


def test_one_channel_becomes_three_equal_ones():
    augmentation = preset("simclr")
    noise = augmentation.draw(generator(), 4, SIZE)

    out = augmentation(images(channels=1), noise)

    assert torch.equal(out, out[:, :1].expand(4, 3, *SIZE))


def test_autocast_does_not_lower_the_precision():
    augmentation = preset("simclr")
    noise = augmentation.draw(generator(), 4, SIZE)

    with torch.autocast("cpu", dtype=torch.bfloat16):
        out = augmentation(images(), noise)

    assert torch.equal(out, augmentation(images(), noise))


def test_vectors_get_normal_noise():
    augmentation = Augmentation(recipe(declared.GaussianNoise(std=0.5)))
    vectors = torch.randn(2000, 4, generator=generator(1))

    noise = augmentation.draw(generator(), 2000, (4,))

    assert noise["0.normal"].shape == (2000, 4)
    torch.testing.assert_close(augmentation(vectors, noise), vectors + 0.5 * noise["0.normal"])


def test_none_leaves_vectors_as_they_are():
    vectors = torch.randn(3, 4, generator=generator())

    assert torch.equal(preset("none")(vectors, preset("none").draw(generator(), 3, (4,))), vectors)


def test_images_of_another_layout_are_refused():
    with pytest.raises(ValueError, match=r"takes uint8 \[N C H W\], C = 1 or 3"):
        preset("none")(torch.zeros(2, 32, 32, 3, dtype=torch.uint8), {})


def test_a_kernel_larger_than_the_image_is_refused():
    augmentation = Augmentation(recipe(declared.GaussianBlur(kernel=65)))

    with pytest.raises(ValueError, match="the largest possible is 63"):
        augmentation(images(), augmentation.draw(generator(), 4, SIZE))


def test_halves_are_the_two_halves_and_a_flip_stays_behind_a_part():
    batch = images(2, size=(8, 6))
    left, right = (Augmentation(resolve_augment(HalvesOptions(axis="columns"), view)) for view in range(2))

    assert left.output_size((8, 6)) == (8, 3)
    torch.testing.assert_close(torch.cat([left(batch, {}), right(batch, {})], dim=3), batch.float() / 255)

    ops = recipe(
        declared.RandomResizedCrop(scale=(1.0, 1.0), ratio=(1.0, 1.0)),
        declared.Part(columns=(0.0, 0.5)),
        declared.HorizontalFlip(p=1.0),
    )
    chain, square = Augmentation(ops), batch[..., :6, :]
    noise = chain.draw(generator(), 2, (6, 6))
    torch.testing.assert_close(chain(square, noise), square[..., :3].flip(3).float() / 255)
