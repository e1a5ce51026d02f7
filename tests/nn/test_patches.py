"""Patches by themselves and the context of the rows above. Legend: N batch, R, C rows and columns of patches, D features."""

import pytest
import torch
from pydantic import ValidationError
from torch import Tensor

from ssmi_compiler.errors import CompileError
from ssmi_compiler.nn import build_backbone, build_head
from ssmi_compiler.nn.vit import GivesTokens
from ssmi_compiler.windows import Windows
from ssmi_dsl.components.backbones import ConvSmall, EncoderSpec, MlpBackbone, Patches, num_features
from ssmi_dsl.components.heads import MaskedConvolutionsHead

N, R, C, D = 2, 5, 4, 6
ENCODER = EncoderSpec(backbone=Patches(of=MlpBackbone(widths=(8, 5)), size=6, stride=4))


@pytest.fixture(autouse=True)
def _seed() -> None:
    torch.manual_seed(0)


def test_each_patch_passes_the_network_by_itself() -> None:
    encoder = build_backbone(ENCODER, channels=3, size=(14, 18))
    assert isinstance(encoder, GivesTokens)
    assert encoder.grid((14, 18)) == (3, 4)
    images = torch.randn(N, 3, 14, 18)

    found = encoder(images, tokens=True)

    assert found.shape == (N, 1 + 12, 5)
    network = encoder.get_submodule("network")
    for row in range(3):
        for column in range(4):
            patch = images[:, :, 4 * row : 4 * row + 6, 4 * column : 4 * column + 6]
            torch.testing.assert_close(found[:, 1 + 4 * row + column], network(patch))
    torch.testing.assert_close(found[:, 0], found[:, 1:].mean(dim=1))
    torch.testing.assert_close(encoder(images), found[:, 0])


def test_patches_have_the_features_of_their_network() -> None:
    assert num_features(ENCODER) == 5
    assert num_features(EncoderSpec(backbone=Patches(of=ConvSmall(width=4)))) == 32


def test_an_image_smaller_than_a_patch_is_refused() -> None:
    with pytest.raises(CompileError, match="an image of 4x9 pixels has no patch of 6x6"):
        build_backbone(ENCODER, channels=3, size=(4, 9))


def _context(x: Tensor, *, depth: int = 2) -> Tensor:
    torch.manual_seed(0)
    head = build_head(MaskedConvolutionsHead(width=D, hidden=3, depth=depth), D)
    return head(x.reshape(-1, D), grid=(R, C)).reshape(x.shape)


def test_a_context_reads_its_own_rows_and_those_above() -> None:
    x = torch.randn(N, R, C, D)
    before = _context(x)
    for row in range(R):
        moved = x.clone()
        moved[0, row] += 1.0
        changed = (_context(moved) != before).any(dim=3)
        assert not changed[1].any(), "another image"
        assert not changed[0, :row].any(), "rows above do not see those below"
        assert changed[0, row].any()
        assert not changed[0, row + 3 :].any(), "two blocks reach two rows down"
    assert (_context(x) >= 0).all()


def test_a_block_is_the_sum_that_its_docstring_says() -> None:
    torch.manual_seed(0)
    head = build_head(MaskedConvolutionsHead(width=D, hidden=3, depth=1), D)
    weights = {name.removeprefix("blocks.0."): value for name, value in head.state_dict().items()}
    x = torch.randn(R, C, D)
    hidden = torch.relu(x @ weights["reduce.weight"][:, :, 0, 0].T + weights["reduce.bias"])
    expected = torch.empty(R, C, D)
    for row in range(R):
        for column in range(C):
            down = weights["down.bias"].clone()
            for up in (0, 1):
                if row - up < 0:
                    continue
                across = weights["across.bias"].clone()
                for side in (-1, 0, 1):
                    if 0 <= column + side < C:
                        across += weights["across.weight"][:, :, 0, side + 1] @ hidden[row - up, column + side]
                down += weights["down.weight"][:, :, 1 - up, 0] @ across
            last = weights["expand.weight"][:, :, 0, 0] @ torch.relu(down) + weights["expand.bias"]
            expected[row, column] = torch.relu(x[row, column] + last)
    torch.testing.assert_close(head(x.reshape(-1, D), grid=(R, C)), expected.reshape(-1, D))


def test_a_context_keeps_the_width() -> None:
    with pytest.raises(CompileError, match="their width is that of the encoder's features, 8, not 6"):
        build_head(MaskedConvolutionsHead(width=D), 8)


CROPPED = EncoderSpec(backbone=Patches(of=MlpBackbone(widths=(8, 5)), size=6, stride=4, crop=4))


def test_the_network_sees_the_window_of_each_patch() -> None:
    encoder = build_backbone(CROPPED, channels=3, size=(14, 18))
    images = torch.randn(N, 3, 14, 18)
    windows = torch.randint(0, 3, (N, 12, 2))

    found = encoder(images, tokens=True, windows=windows)
    middle = encoder(images, tokens=True)

    network = encoder.get_submodule("network")
    for sample in range(N):
        for row in range(3):
            for column in range(4):
                down, right = (int(start) for start in windows[sample, 4 * row + column])
                for tokens, top, left in ((found, down, right), (middle, 1, 1)):
                    top, left = 4 * row + top, 4 * column + left
                    patch = images[sample, None, :, top : top + 4, left : left + 4]
                    torch.testing.assert_close(tokens[sample, 1 + 4 * row + column], network(patch)[0])


def test_standardized_patches_know_neither_brightness_nor_contrast() -> None:
    spec = EncoderSpec(backbone=Patches(of=MlpBackbone(widths=(8, 5)), size=6, stride=4, standardize=True))
    encoder = build_backbone(spec, channels=3, size=(14, 18))
    images = 10 * torch.randn(N, 3, 14, 18)
    torch.testing.assert_close(encoder(3 * images + 5, tokens=True), encoder(images, tokens=True), atol=1e-2, rtol=0)
    flat = torch.full((N, 3, 14, 18), 0.7)
    torch.testing.assert_close(encoder(flat), encoder(torch.zeros_like(flat)))


def test_windows_come_from_the_generator_and_reach_every_place() -> None:
    backbone = CROPPED.backbone
    assert isinstance(backbone, Patches)
    drawn = [Windows(backbone, ((3, 4),)).draw(torch.Generator().manual_seed(seed), 50) for seed in (0, 0, 1)]
    first, again, other = (each["mask0/windows"] for each in drawn)
    assert first.shape == (50, 12, 2)
    assert torch.equal(first, again)
    assert not torch.equal(first, other)
    assert first.unique().tolist() == [0, 1, 2]


def test_a_window_larger_than_its_patch_is_refused() -> None:
    with pytest.raises(ValidationError, match="a window of 9 pixels does not fit a patch of 8"):
        Patches(of=ConvSmall(), size=8, crop=9)
