"""Backbones that a spec may name."""

from typing import Annotated, ClassVar, Literal, Self

from pydantic import Field, model_validator
from pydantic_core import PydanticCustomError

from ssmi_dsl.components.base import Params
from ssmi_dsl.components.choice import OneOf

Stride = Annotated[int, Field(ge=1, le=4)]


class Backbone(Params):
    """Base of the backbones."""

    name: ClassVar[str]


class ConvSmall(Backbone):
    """Four 3x3 convolutions with batch norm, widths w, 2w, 4w, 8w, then a global average: for 32x32 images on a CPU.

    The fewer strides of 2, the larger the map that is averaged, and the less the features change when the image is shifted.
    """

    name: ClassVar[str] = "conv-small"

    width: int = Field(default=32, ge=4, le=512, description="w, channels of the first convolution")
    strides: tuple[Stride, Stride, Stride, Stride] = Field(
        default=(1, 2, 2, 2), strict=False, description="stride of each convolution"
    )


class ResNet18(Backbone):
    """ResNet-18 (He et al. 2016), 512 features."""

    name: ClassVar[str] = "resnet18"


class MlpBackbone(Backbone):
    """A multilayer perceptron on flattened inputs."""

    name: ClassVar[str] = "mlp"

    widths: tuple[Annotated[int, Field(ge=1)], ...] = Field(
        default=(256, 256), min_length=1, strict=False, description="layer widths, the last one the features"
    )


class Vit(Backbone):
    """A vision transformer (Dosovitskiy et al. 2021) for any image size that `patch` divides.

    Features are the class token behind the last norm, or the mean of the patch tokens; methods on tokens read the patch tokens.
    """

    name: ClassVar[str] = "vit"

    patch: int = Field(default=16, ge=1, le=64, description="height and width of a patch, pixels")
    width: int = Field(default=384, ge=8, le=4096, multiple_of=4, description="F, features of a token")
    depth: int = Field(default=12, ge=1, le=64, description="transformer blocks")
    heads: int = Field(default=6, ge=1, le=64, description="attention heads; they divide the width")
    mlp_ratio: float = Field(default=4.0, gt=0, le=8, description="hidden width of a block's MLP over the width")
    pool: Literal["class", "mean"] = Field(
        default="class",
        description="features: a class token, or the mean of the patch tokens, then without class token",
    )
    registers: int = Field(default=0, ge=0, le=16, description="learned tokens that nothing reads (Darcet et al. 2024)")
    positions: Literal["sincos", "rope"] = Field(
        default="sincos",
        description="sincos: a fixed code is added to every patch; rope: queries and keys are turned by their place, "
        "so that attention between patches sees distances alone (Heo et al. 2024, axial)",
    )

    @model_validator(mode="after")
    def _heads_divide_the_width(self) -> Self:
        if self.width % self.heads:
            raise PydanticCustomError(
                "heads_do_not_divide",
                "{heads} heads do not divide a width of {width}",
                {"heads": self.heads, "width": self.width},
            )
        if self.positions == "rope" and self.width // self.heads % 4:
            raise PydanticCustomError(
                "rope_needs_fours",
                "a head of {features} features cannot be turned along two axes; `rope` needs a multiple of 4",
                {"features": self.width // self.heads},
            )
        return self


class Timm(Backbone):
    """Any model of timm, by name; needs the extra `vision`."""

    name: ClassVar[str] = "timm"

    model: str = Field(pattern=r"^[A-Za-z0-9_.]{1,128}$", description="model name of timm, e.g. `vit_tiny_patch16_224`")


class Text(Backbone):
    """A transformer on tokens (pre-norm, causal mask as in CLIP), read out by the mean over the tokens that are not padding."""

    name: ClassVar[str] = "text"

    width: int = Field(default=128, ge=8, description="width of the tokens, and features of the text")
    depth: int = Field(default=2, ge=1, description="blocks of attention and MLP")
    heads: int = Field(default=4, ge=1, description="attention heads; they divide the width")


class Gcn(Backbone):
    """Graph convolutions (Kipf & Welling 2017), Z = PReLU(Â X W + bias) in each layer, Â = D^-1/2 (A + I) D^-1/2: for views of a graph."""

    name: ClassVar[str] = "gcn"

    widths: tuple[Annotated[int, Field(ge=1)], ...] = Field(
        default=(512,),
        min_length=1,
        max_length=16,
        strict=False,
        description="widths of the layers, the last one the features of a node",
    )


class Identity(Backbone):
    """The input itself, flattened: raw features as what an encoder is compared with. It has no parameters, and no gradient ends in it."""

    name: ClassVar[str] = "identity"


OF_PATCHES: dict[str, type[Params]] = {model.name: model for model in (ConvSmall, ResNet18, MlpBackbone, Timm)}


class Patches(Backbone):
    """Another backbone, applied to each of a grid of overlapping patches by itself: no patch sees its neighbours (van den Oord et al. 2018).

    Features are the mean over the patches; methods on tokens read those of each patch.
    """

    name: ClassVar[str] = "patches"

    of: Annotated[Backbone, OneOf(OF_PATCHES)] = Field(description="the network from a patch to its features")
    size: int = Field(default=64, ge=1, le=512, description="height and width of a patch, pixels")
    stride: int = Field(default=32, ge=1, le=512, description="pixels from one patch to the next")
    crop: Annotated[int, Field(ge=1, le=512)] | None = Field(
        default=None,
        description="a training step sees a random window of each patch, of so many pixels, and all else the middle one: where in a "
        "patch something lies then tells little of its neighbours; default: all of the patch",
    )
    standardize: bool = Field(
        default=False,
        description="every patch is brought to mean 0 and variance 1 first: brightness and contrast, which patches of an image share, "
        "then identify no image",
    )

    @model_validator(mode="after")
    def _windows_fit(self) -> Self:
        if self.crop is not None and self.crop > self.size:
            raise PydanticCustomError(
                "window_too_large",
                "a window of {crop} pixels does not fit a patch of {size}",
                {"crop": self.crop, "size": self.size},
            )
        return self


BACKBONES: dict[str, type[Params]] = {
    model.name: model for model in (ConvSmall, ResNet18, MlpBackbone, Vit, Text, Gcn, Identity, Timm, Patches)
}


class EncoderSpec(Params):
    """The encoder: a backbone and, for convolutional ones, its stem."""

    backbone: Annotated[Backbone, OneOf(BACKBONES)] = Field(description="the network from a view to features")
    stem: Literal["small", "standard"] = Field(
        default="small",
        description="of resnet18: small is 3x3, stride 1, without pooling (32x32 images); standard is that of ImageNet",
    )


def num_features(encoder: EncoderSpec) -> int | None:
    """Features of the encoder, F; None where only the library that builds it, or the data, knows."""
    backbone = network_of(encoder)
    if isinstance(backbone, ConvSmall):
        return 8 * backbone.width
    if isinstance(backbone, Text):
        return backbone.width
    if isinstance(backbone, (MlpBackbone, Gcn)):
        return backbone.widths[-1]
    if isinstance(backbone, Vit):
        return backbone.width
    return 512 if isinstance(backbone, ResNet18) else None


def gives_tokens(encoder: EncoderSpec) -> bool:
    """Whether the encoder gives a token for each place of a grid, beside the features of the whole image."""
    return isinstance(encoder.backbone, (ConvSmall, ResNet18, Vit, Patches))


def network_of(encoder: EncoderSpec) -> Backbone:
    """The network that gives the features: of `patches`, the one that each patch passes."""
    return encoder.backbone.of if isinstance(encoder.backbone, Patches) else encoder.backbone
