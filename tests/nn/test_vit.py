"""The vision transformer, its masked inputs and the predictor of hidden tokens. Legend: N batch, P patches, F features."""

from functools import partial

import pytest
import torch
from torch import Tensor, nn

from ssmi_compiler.errors import CompileError
from ssmi_compiler.nn import build_backbone, build_token_predictor, init_module
from ssmi_compiler.nn.places import positions, rotations, turn
from ssmi_compiler.nn.vit import VitNet, patches
from ssmi_dsl.components.backbones import EncoderSpec
from ssmi_dsl.components.heads import TransformerHead

SMALL = {"patch": 4, "width": 16, "depth": 2, "heads": 2}


def _vit(*, masked: bool = False, **changes: object) -> VitNet:
    module = build_backbone(EncoderSpec.model_validate({"backbone": {"vit": {**SMALL, **changes}}}), masked=masked)
    assert isinstance(module, VitNet)
    init_module(module, torch.Generator().manual_seed(0))
    return module


def _images(size: int = 32, num: int = 3) -> Tensor:
    return torch.randn(num, 3, size, size, generator=torch.Generator().manual_seed(1))


def test_the_patch_embedding_is_a_convolution_with_stride() -> None:
    module, x = _vit(), _images()
    kernel = module.embed.weight.reshape(16, 3, 4, 4)
    expected = nn.functional.conv2d(x, kernel, module.embed.bias, stride=4).flatten(2).transpose(1, 2)
    torch.testing.assert_close(module.embed(patches(x, 4)), expected)


def test_a_block_is_timms_when_weights_are_copied() -> None:
    timm = pytest.importorskip("timm.models.vision_transformer")
    ours, theirs = (
        _vit().blocks[0],
        timm.Block(16, 2, qkv_bias=True, norm_layer=partial(nn.LayerNorm, eps=1e-6)),
    )
    names = {"attn.qkv": "qkv", "attn.proj": "out", "mlp.fc1": "expand", "mlp.fc2": "contract"}
    theirs.load_state_dict(
        {
            f"{name}.{kind}": ours.get_submodule(names.get(name, name)).get_parameter(kind)
            for name in (*names, "norm1", "norm2")
            for kind in ("weight", "bias")
        }
    )
    x = torch.randn(2, 5, 16, generator=torch.Generator().manual_seed(2))
    torch.testing.assert_close(ours(x), theirs(x), rtol=1e-5, atol=1e-6)


@pytest.mark.parametrize("pool", ["class", "mean"])
def test_tokens_come_with_the_features_of_the_whole_image(pool: str) -> None:
    module, x = _vit(pool=pool, registers=2), _images()
    both = module(x, tokens=True)
    assert both.shape == (3, 1 + 64, 16)
    torch.testing.assert_close(both[:, 0], module(x))
    if pool == "mean":
        torch.testing.assert_close(both[:, 0], both[:, 1:].mean(dim=1))


def test_images_of_another_size_use_the_same_extent_of_positions() -> None:
    assert _vit()(_images(16)).shape == (3, 16)
    whole = positions((8, 8), 16, reference=(8, 8), device=torch.device("cpu"))
    torch.testing.assert_close(
        whole[0], torch.tensor([0.0, 0, 0, 0, 1, 1, 1, 1] * 2)
    )  # sine and cosine of place 0, rows and columns
    half = positions((4, 4), 16, reference=(8, 8), device=torch.device("cpu"))
    # place 0 of the coarse grid lies between places 0 and 1 of the fine one: angle 1/2 at frequency 1
    torch.testing.assert_close(half[0, [0, 4]], torch.tensor([0.479425539, 0.877582562]))  # sin 1/2, cos 1/2
    with pytest.raises(CompileError, match="patches of 4 pixels do not divide images of 30 x 30"):
        _vit()(_images(30))


def test_a_network_that_sees_visible_patches_only_ignores_the_others() -> None:
    module, x = _vit(), _images()
    visible = torch.tensor([[0, 5, 9], [1, 2, 63], [7, 8, 60]])
    changed = x.clone()
    changed[0, :, 4:8, 4:8] += 1.0  # patch 9 of the first image: row 1, column 1
    changed[1, :, 8:12, 0:4] += 1.0  # patch 16 of the second, which it does not see
    before, after = (module(images, visible=visible, tokens=True) for images in (x, changed))
    assert before.shape == (3, 1 + 3, 16)
    assert not torch.allclose(before[0], after[0])
    torch.testing.assert_close(before[1:], after[1:])


def test_hidden_patches_are_replaced_by_the_mask_token_and_keep_their_position() -> None:
    module, x = _vit(masked=True), _images()
    hidden = torch.tensor([[[3, 9]], [[0, 1]], [[62, 63]]])
    changed = x.clone()
    changed[0, :, 4:8, 4:8] += 1.0  # patch 9 of the first image, which is hidden
    before, after = (module(images, hidden=hidden, tokens=True) for images in (x, changed))
    torch.testing.assert_close(before, after)
    assert not torch.allclose(before[0, 1 + 3], before[0, 1 + 9])
    assert module.mask_token is not None
    before.square().sum().backward()
    assert module.mask_token.value.grad is not None
    assert module.mask_token.value.grad.abs().sum() > 0


def test_targets_may_be_layer_normed_means_of_the_last_blocks() -> None:
    module, x = _vit(), _images()
    last = module(x, tokens=True, blocks=0)[:, 1:]
    torch.testing.assert_close(last, nn.functional.layer_norm(module(x, tokens=True)[:, 1:], (16,)))
    depths: list[Tensor] = []
    hooks = [b.register_forward_hook(lambda m, i, y: depths.append(torch.as_tensor(y))) for b in module.blocks]
    module(x)
    [hook.remove() for hook in hooks]
    expected = torch.stack([nn.functional.layer_norm(each[:, 1:], (16,)) for each in depths[-2:]]).mean(dim=0)
    torch.testing.assert_close(module(x, tokens=True, blocks=2)[:, 1:], expected)


def test_the_predictor_gives_each_group_its_tokens_alone() -> None:
    encoder = EncoderSpec.model_validate({"backbone": {"vit": SMALL}})
    module = build_token_predictor(TransformerHead(width=8, depth=1, heads=2), encoder, size=(32, 32))
    init_module(module, torch.Generator().manual_seed(0))
    x = torch.randn(2, 1 + 5, 16, generator=torch.Generator().manual_seed(3))
    visible = torch.tensor([[0, 1, 2, 3, 4], [5, 6, 7, 8, 9]])
    hidden = torch.tensor([[[20, 21, 22], [30, 31, 32]], [[40, 41, 42], [20, 21, 22]]])
    y = module(x, visible=visible, hidden=hidden, grid=(8, 8)).reshape(2, 2, 3, 16)
    alone = module(x[:1], visible=visible[:1], hidden=hidden[:1, 1:], grid=(8, 8)).reshape(3, 16)
    torch.testing.assert_close(y[0, 1], alone)
    assert not torch.allclose(y[0, 0], y[0, 1])


def test_features_are_turned_by_their_place() -> None:
    angles = rotations((3, 5), 8, reference=(3, 5), device=torch.device("cpu")).double()
    x = torch.randn(2, 4, 15, 8, generator=torch.Generator().manual_seed(4), dtype=torch.float64)
    # a pair of features is a complex number; axial frequencies of a head of 8 are 100^0 and 100^(-1/2)
    z = torch.complex(x[..., :4], x[..., 4:])
    rows, columns = torch.arange(15) // 5, torch.arange(15) % 5
    phase = torch.stack([rows * 1.0, rows * 0.1, columns * 1.0, columns * 0.1], dim=1).double()
    expected = z * torch.exp(1j * phase)
    found = turn(x, angles)
    torch.testing.assert_close(torch.complex(found[..., :4], found[..., 4:]), expected, rtol=1e-6, atol=1e-6)
    torch.testing.assert_close(turn(x, angles.expand(2, -1, -1)), found)


def test_turned_attention_between_patches_sees_distances_alone() -> None:
    x = _images(8, num=1)
    near, far = torch.zeros(1, 3, 32, 32), torch.zeros(1, 3, 32, 32)
    near[:, :, :8, :8] = x
    far[:, :, 12:20, 12:20] = x  # three patches further down and right
    visible = torch.tensor([[0, 1, 8, 9]])

    def moves(module: VitNet) -> bool:
        return torch.allclose(module(near, visible=visible), module(far, visible=visible + 27), rtol=1e-4, atol=1e-5)

    assert moves(_vit(positions="rope", pool="mean"))
    assert not moves(_vit(positions="rope", pool="class"))  # the class token has no place, and is not turned
    assert not moves(_vit(positions="sincos", pool="mean"))


@pytest.mark.parametrize("kind", ["sincos", "rope"])
def test_the_sum_that_runs_through_the_blocks_is_float32_under_autocast(kind: str) -> None:
    module = _vit(positions=kind, pool="mean")
    seen: list[torch.dtype] = []
    [block.register_forward_hook(lambda m, i, y: seen.append(torch.as_tensor(y).dtype)) for block in module.blocks]
    with torch.autocast("cpu", dtype=torch.bfloat16):
        module(_images())
    assert seen == [torch.float32] * 2


@pytest.mark.parametrize("attention", ["joint", "cross"])
def test_a_predictor_turns_its_queries_as_its_encoder_does(attention: str) -> None:
    encoder = EncoderSpec.model_validate({"backbone": {"vit": {**SMALL, "positions": "rope"}}})
    declared = TransformerHead.model_validate({"width": 16, "depth": 1, "heads": 2, "attention": attention})
    module = build_token_predictor(declared, encoder, size=(32, 32))
    init_module(module, torch.Generator().manual_seed(0))
    x = torch.randn(1, 1 + 3, 16, generator=torch.Generator().manual_seed(3))
    visible, hidden = torch.tensor([[0, 1, 8]]), torch.tensor([[[9, 10]]])
    here = module(x, visible=visible, hidden=hidden, grid=(8, 8))
    there = module(x, visible=visible + 27, hidden=hidden + 27, grid=(8, 8))
    torch.testing.assert_close(here, there, rtol=1e-4, atol=1e-5)
    assert not torch.allclose(here, module(x, visible=visible, hidden=hidden + 1, grid=(8, 8)), atol=1e-4)
