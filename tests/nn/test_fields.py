"""How far a row of a map sees is what the derivative of the network says. Legend: N batch, R rows of the map, H, W size of images."""

import pytest
import torch

from ssmi_compiler.nn import build_backbone
from ssmi_compiler.nn.vit import GivesTokens
from ssmi_dsl.components.backbones import ConvSmall, EncoderSpec, MlpBackbone, Patches, ResNet18, Vit
from ssmi_dsl.components.fields import row_field

ENCODERS = {
    "conv-small": (EncoderSpec(backbone=ConvSmall(width=4)), 64),
    "conv-small, its strides changed": (EncoderSpec(backbone=ConvSmall(width=4, strides=(2, 1, 2, 1))), 64),
    "resnet18, small": (EncoderSpec(backbone=ResNet18()), 256),
    "resnet18, standard": (EncoderSpec(backbone=ResNet18(), stem="standard"), 1024),
    "patches": (EncoderSpec(backbone=Patches(of=MlpBackbone(widths=(8,)), size=12, stride=5)), 64),
}


@pytest.mark.parametrize(("encoder", "height"), ENCODERS.values(), ids=ENCODERS)
def test_a_row_sees_as_many_pixels_as_the_field_says(encoder: EncoderSpec, height: int) -> None:
    torch.manual_seed(0)
    size, field = (height, 32), row_field(encoder)
    network = build_backbone(encoder, channels=1, size=size).eval()
    assert isinstance(network, GivesTokens)
    images = torch.randn(1, 1, *size, requires_grad=True)
    rows, columns = network.grid(size)
    places = network(images, tokens=True)[0, 1:].unflatten(0, (rows, columns))

    seen = [_rows_seen(places[row], images) for row in (rows // 2, rows // 2 + 1)]

    assert field is not None
    assert field.size is not None
    assert len(seen[0]) == field.size
    assert seen[1].start - seen[0].start == field.stride


def test_a_token_of_a_transformer_sees_every_patch() -> None:
    torch.manual_seed(0)
    encoder = EncoderSpec(backbone=Vit(patch=8, width=16, depth=1, heads=2))
    images = torch.randn(1, 1, 32, 32, requires_grad=True)
    tokens = build_backbone(encoder, channels=1, size=(32, 32)).eval()(images, tokens=True)
    field = row_field(encoder)
    assert _rows_seen(tokens[0, 1], images) == range(32)
    assert field is not None
    assert field.shared(1) == field.shared(3) == 1.0


def test_what_two_rows_share_falls_with_the_rows_between_them() -> None:
    field = row_field(EncoderSpec(backbone=Patches(of=ResNet18(), size=64, stride=32)))
    assert field is not None
    assert [field.shared(rows) for rows in (0, 1, 2, 3)] == [1.0, 0.5, 0.0, 0.0]


def _rows_seen(output: torch.Tensor, images: torch.Tensor) -> range:
    """From the first to the last row of pixels on which the output depends."""
    (slope,) = torch.autograd.grad(output.square().sum(), images, retain_graph=True)
    rows = slope.abs().sum(dim=(0, 1, 3)).nonzero().flatten()
    return range(int(rows[0]), int(rows[-1]) + 1)
