"""The operations of an augmentation, without torch. Images are float in [0, 1] while they are augmented; ranges of factors mean what they
mean in torchvision."""

from typing import Annotated, ClassVar, Self, TypeAlias, cast

from pydantic import AfterValidator, BeforeValidator, Field, JsonValue, model_validator
from pydantic_core import PydanticCustomError

from ssmi_dsl.components.base import Params


def as_tuple(value: object) -> object:
    """A list as a tuple; anything else as it is."""
    return tuple(cast("list[object]", value)) if isinstance(value, list) else value


def _increasing(value: tuple[float, float]) -> tuple[float, float]:
    if value[0] > value[1]:
        raise PydanticCustomError(
            "not_increasing",
            "the first number, {low}, is larger than the second, {high}",
            {"low": value[0], "high": value[1]},
        )
    return value


def _not_empty(value: tuple[float, float]) -> tuple[float, float]:
    if value[0] >= value[1]:
        raise PydanticCustomError(
            "not_increasing", "nothing lies between {low} and {high}", {"low": value[0], "high": value[1]}
        )
    return value


def _odd(value: int) -> int:
    if value % 2 == 0:
        raise PydanticCustomError("not_odd", "{value} is even; write an odd size", {"value": value})
    return value


Finite = Annotated[float, Field(allow_inf_nan=False)]
Positive = Annotated[float, Field(gt=0.0, allow_inf_nan=False)]
Probability = Annotated[float, Field(ge=0.0, le=1.0, description="probability that a sample is changed")]
Fraction = Annotated[float, Field(gt=0.0, le=1.0)]
Strength = Annotated[float, Field(ge=0.0, allow_inf_nan=False)]
Fractions = Annotated[tuple[Fraction, Fraction], AfterValidator(_increasing), BeforeValidator(as_tuple)]
Positives = Annotated[tuple[Positive, Positive], AfterValidator(_increasing), BeforeValidator(as_tuple)]
# lengths are checked after the items: pydantic's own `min_length` counts valid items only and reports twice
_LENGTH: dict[str, JsonValue] = {"minItems": 1, "maxItems": 3}
PerChannel = Annotated[tuple[Finite, ...], Field(json_schema_extra=_LENGTH), BeforeValidator(as_tuple)]
PositivePerChannel = Annotated[tuple[Positive, ...], Field(json_schema_extra=_LENGTH), BeforeValidator(as_tuple)]
UnitRange = Annotated[
    tuple[Annotated[float, Field(ge=0.0, le=1.0)], Annotated[float, Field(ge=0.0, le=1.0)]],
    AfterValidator(_not_empty),
    BeforeValidator(as_tuple),
]
OddSize = Annotated[int, Field(ge=1), AfterValidator(_odd)]


class RandomResizedCrop(Params):
    """A crop of random area and aspect ratio, resized bilinearly with antialiasing."""

    name: ClassVar[str] = "random-resized-crop"
    size: Annotated[int, Field(ge=1)] | None = Field(
        default=None, description="height and width of the result, pixels; default: those of the input"
    )
    scale: Fractions = Field(default=(0.2, 1.0), description="range of the crop's area, as a fraction of the image's")
    ratio: Positives = Field(default=(3 / 4, 4 / 3), description="range of width / height, log-uniform")


class Part(Params):
    """A fixed part of the image: nothing is random. Evaluation looks at the anchor's part, too."""

    name: ClassVar[str] = "part"
    rows: UnitRange = Field(default=(0.0, 1.0), description="from and to, as fractions of the height")
    columns: UnitRange = Field(default=(0.0, 1.0), description="from and to, as fractions of the width")


class RandomAffine(Params):
    """Rotation, shear, scaling and translation about the image's centre, bilinear; beyond the border its pixels repeat.

    Angles, the factor of the size and the two shifts are uniform in their ranges.
    """

    name: ClassVar[str] = "random-affine"
    degrees: float = Field(default=0.0, ge=0.0, le=180.0, description="half-width of the range of rotations, degrees")
    translate: float = Field(
        default=0.0, ge=0.0, le=1.0, description="half-width of the range of shifts, as a fraction of the image's size"
    )
    scale: Positives = Field(default=(1.0, 1.0), description="range of the factor of the size")
    shear: float = Field(
        default=0.0, ge=0.0, lt=90.0, description="half-width of the range of horizontal shears, degrees"
    )


class HorizontalFlip(Params):
    """Left and right exchanged."""

    name: ClassVar[str] = "horizontal-flip"
    p: Probability = 0.5


class ColorJitter(Params):
    """Brightness, contrast, saturation and hue changed by random factors, in random order for each sample.

    The factors of the first three are uniform on [max(0, 1 - x), 1 + x], the turn of the hue on [-x, x] circles.
    """

    name: ClassVar[str] = "color-jitter"
    brightness: Strength = Field(default=0.4, description="half-width of the range of brightness factors")
    contrast: Strength = Field(default=0.4, description="half-width of the range of contrast factors")
    saturation: Strength = Field(default=0.4, description="half-width of the range of saturation factors")
    hue: float = Field(default=0.1, ge=0.0, le=0.5, description="half-width of the range of hue turns, circles")
    p: Probability = 0.8


class Grayscale(Params):
    """Three equal channels: 0.2989 R + 0.587 G + 0.114 B."""

    name: ClassVar[str] = "grayscale"
    p: Probability = 0.2


class GaussianBlur(Params):
    """Gaussian blur of random width, with reflected borders."""

    name: ClassVar[str] = "gaussian-blur"
    p: Probability = 0.5
    sigma: Positives = Field(default=(0.1, 2.0), description="range of the standard deviation, pixels")
    kernel: OddSize | None = Field(
        default=None, description="odd size of the kernel, pixels; default: 10 % of the image's size, odd, at least 3"
    )


class Solarize(Params):
    """Values at or above the threshold inverted."""

    name: ClassVar[str] = "solarize"
    p: Probability = 0.2
    threshold: float = Field(default=0.5, ge=0.0, le=1.0, description="smallest value that is inverted")


class Normalize(Params):
    """(x - mean) / std for each channel. The last operation, since the others expect values in [0, 1]."""

    name: ClassVar[str] = "normalize"
    mean: PerChannel = Field(description="one number, or one for each of three channels")
    std: PositivePerChannel = Field(description="one number, or one for each of three channels")

    @model_validator(mode="after")
    def _lengths(self) -> Self:
        if len(self.mean) != len(self.std) or len(self.mean) not in (1, 3):
            raise PydanticCustomError(
                "channels",
                "`mean` has {mean} numbers and `std` has {std}; write one in both, or three in both",
                {"mean": len(self.mean), "std": len(self.std)},
            )
        return self


class GaussianNoise(Params):
    """Independent normal noise added to vectors [N D]."""

    name: ClassVar[str] = "gaussian-noise"
    std: Strength = Field(description="standard deviation of the noise, in the data's units")


AUGMENT_OPS: dict[str, type[Params]] = {
    op.name: op
    for op in (
        RandomResizedCrop,
        Part,
        RandomAffine,
        HorizontalFlip,
        ColorJitter,
        Grayscale,
        GaussianBlur,
        Solarize,
        Normalize,
        GaussianNoise,
    )
}
VECTOR_OPS: frozenset[str] = frozenset({GaussianNoise.name})

Recipe: TypeAlias = tuple[Params, ...]
