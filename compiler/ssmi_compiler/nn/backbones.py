"""Backbones. Legend: N batch, C channels, H W size, F features. Every backbone maps [N C H W] to [N F] and has `num_features`.

Those that give tokens have a `grid` from image size to rows and columns of tokens, and map to [N 1+T F] when called with `tokens=True`:
the features of the whole image, then one row for each place.
"""

import importlib
from math import prod

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from ssmi_compiler.errors import CompileError, MissingComponentError
from ssmi_compiler.nn.gcn import GcnNet, IdentityNet
from ssmi_compiler.nn.norm import BatchNorm
from ssmi_compiler.nn.patches import PatchesNet
from ssmi_compiler.nn.text import TextNet
from ssmi_compiler.nn.vit import VitNet
from ssmi_dsl.components.backbones import (
    ConvSmall,
    EncoderSpec,
    Gcn,
    Identity,
    MlpBackbone,
    Patches,
    ResNet18,
    Text,
    Timm,
    Vit,
)
from ssmi_dsl.components.datasets import TextInfo


def build_backbone(
    encoder: EncoderSpec,
    *,
    channels: int = 3,
    size: tuple[int, int] = (32, 32),
    text: TextInfo | None = None,
    masked: bool = False,
) -> nn.Module:
    """The backbone that `encoder` names, for images [N channels H W], (H, W) = size, or for the texts of a data set. Nodes of a graph
    with F features count as images of one channel and size (1, F).

    `masked` gives a vit its token for hidden patches. Raises MissingComponentError when its package is absent, or the texts.
    """
    backbone = encoder.backbone
    if isinstance(backbone, ConvSmall):
        return ConvSmallNet(backbone, channels=channels)
    if isinstance(backbone, ResNet18):
        return ResNet18Net(stem=encoder.stem, channels=channels)
    if isinstance(backbone, MlpBackbone):
        return MlpNet(prod((channels, *size)), backbone.widths)
    if isinstance(backbone, Gcn):
        return GcnNet(prod((channels, *size)), backbone.widths)
    if isinstance(backbone, Identity):
        return IdentityNet(prod((channels, *size)))
    if isinstance(backbone, Text):
        if text is None:
            raise MissingComponentError("backbone `text` needs a data set with texts, such as `shapes`")
        return TextNet(backbone, text)
    if isinstance(backbone, Patches):
        return _patches(backbone, encoder, channels=channels, size=size)
    if isinstance(backbone, Vit):
        return VitNet(backbone, channels=channels, size=size, masked=masked)
    assert isinstance(backbone, Timm)
    return _timm(backbone.model, channels=channels, size=size)


class ConvSmallNet(nn.Module):
    """Four blocks of 3x3 convolution, batch norm and ReLU, of widths w, 2w, 4w, 8w, then a global average."""

    def __init__(self, spec: ConvSmall, *, channels: int) -> None:
        super().__init__()
        widths = [spec.width * 2**index for index in range(4)]
        layers: list[nn.Module] = []
        for inputs, outputs, stride in zip([channels, *widths], widths, spec.strides, strict=False):
            layers += [
                nn.Conv2d(inputs, outputs, 3, stride=stride, padding=1, bias=False),
                BatchNorm(outputs),
                nn.ReLU(),
            ]
        self.blocks = nn.Sequential(*layers)
        self.num_features = widths[-1]
        self.stride = prod(spec.strides)

    def grid(self, size: tuple[int, int]) -> tuple[int, int]:
        return -(-size[0] // self.stride), -(-size[1] // self.stride)

    def forward(self, x: Tensor, *, tokens: bool = False) -> Tensor:
        return pool(self.blocks(x), tokens=tokens)


class BasicBlock(nn.Module):
    """Two 3x3 convolutions with a residual connection (He et al. 2016, figure 5 left; projection shortcuts, option B)."""

    def __init__(self, inputs: int, outputs: int, *, stride: int) -> None:
        super().__init__()
        self.conv1 = nn.Conv2d(inputs, outputs, 3, stride=stride, padding=1, bias=False)
        self.bn1 = BatchNorm(outputs)
        self.conv2 = nn.Conv2d(outputs, outputs, 3, padding=1, bias=False)
        self.bn2 = BatchNorm(outputs)
        self.downsample: nn.Module | None = None
        if stride != 1 or inputs != outputs:
            self.downsample = nn.Sequential(
                nn.Conv2d(inputs, outputs, 1, stride=stride, bias=False), BatchNorm(outputs)
            )

    def forward(self, x: Tensor) -> Tensor:
        y = F.relu(self.bn1(self.conv1(x)))
        y = self.bn2(self.conv2(y))
        return F.relu(y + (x if self.downsample is None else self.downsample(x)))


class ResNet18Net(nn.Module):
    """ResNet-18; stem `small` (3x3, stride 1, no pooling) is that of the CIFAR experiments of SimCLR, appendix B.9."""

    def __init__(self, *, stem: str, channels: int) -> None:
        super().__init__()
        small = stem == "small"
        kernel, stride, padding = (3, 1, 1) if small else (7, 2, 3)
        self.conv1 = nn.Conv2d(channels, 64, kernel, stride=stride, padding=padding, bias=False)
        self.bn1 = BatchNorm(64)
        self.pool = nn.Identity() if small else nn.MaxPool2d(3, stride=2, padding=1)
        self.layer1 = nn.Sequential(BasicBlock(64, 64, stride=1), BasicBlock(64, 64, stride=1))
        self.layer2 = nn.Sequential(BasicBlock(64, 128, stride=2), BasicBlock(128, 128, stride=1))
        self.layer3 = nn.Sequential(BasicBlock(128, 256, stride=2), BasicBlock(256, 256, stride=1))
        self.layer4 = nn.Sequential(BasicBlock(256, 512, stride=2), BasicBlock(512, 512, stride=1))
        self.num_features = 512

    def grid(self, size: tuple[int, int]) -> tuple[int, int]:
        stride = 8 if isinstance(self.pool, nn.Identity) else 32
        return -(-size[0] // stride), -(-size[1] // stride)

    def forward(self, x: Tensor, *, tokens: bool = False) -> Tensor:
        x = self.pool(F.relu(self.bn1(self.conv1(x))))
        return pool(self.layer4(self.layer3(self.layer2(self.layer1(x)))), tokens=tokens)


class MlpNet(nn.Module):
    """Linear layers with ReLU between them, on flattened inputs."""

    def __init__(self, inputs: int, widths: tuple[int, ...]) -> None:
        super().__init__()
        layers: list[nn.Module] = []
        for before, after in zip([inputs, *widths], widths, strict=False):
            layers += [nn.Linear(before, after), nn.ReLU()]
        self.layers = nn.Sequential(*layers[:-1])
        self.num_features = widths[-1]

    def forward(self, x: Tensor) -> Tensor:
        return self.layers(torch.flatten(x, 1))


def pool(x: Tensor, *, tokens: bool) -> Tensor:
    """A feature map [N F H W] -> its mean [N F]; with `tokens` the mean and then the map row by row, [N 1+HW F]."""
    mean = x.mean(dim=(2, 3))
    return torch.cat([mean[:, None], x.flatten(2).transpose(1, 2)], dim=1) if tokens else mean


def _patches(backbone: Patches, encoder: EncoderSpec, *, channels: int, size: tuple[int, int]) -> nn.Module:
    if min(size) < backbone.size:
        raise CompileError(f"an image of {size[0]}x{size[1]} pixels has no patch of {backbone.size}x{backbone.size}")
    each = EncoderSpec(backbone=backbone.of, stem=encoder.stem)
    seen = backbone.crop or backbone.size
    network = build_backbone(each, channels=channels, size=(seen, seen))
    return PatchesNet(
        network, size=backbone.size, stride=backbone.stride, crop=backbone.crop, standardize=backbone.standardize
    )


def _timm(name: str, *, channels: int, size: tuple[int, int]) -> nn.Module:
    try:
        timm = importlib.import_module("timm")
    except ImportError as error:
        raise MissingComponentError(f'backbone `timm: {name}` needs timm: pip install "ssmi[vision]"') from error
    if not timm.is_model(name):
        close = ", ".join(timm.list_models(f"*{name.split('_')[0]}*")[:5])
        raise MissingComponentError(f"timm has no model `{name}`" + (f"; similar: {close}" if close else ""))
    # a plain ViT resamples its positions for local crops of another size; other transformers know one size only
    sized: dict[str, object] = {"img_size": size} if "vit" in name or "swin" in name else {}
    if name.startswith("vit_"):
        sized["dynamic_img_size"] = True
    return timm.create_model(name, pretrained=False, num_classes=0, in_chans=channels, **sized)
