"""Augmentation: the operations and presets that `views.augment` may name, without torch.

    augment: simclr
    augment: {simclr: {blur: false, jitter_strength: 0.5}}
    augment: [{random-resized-crop: {scale: [0.2, 1.0]}}, {horizontal-flip: {p: 0.5}}, grayscale]

Images are float in [0, 1] while they are augmented. Ranges of factors mean what they mean in torchvision.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Annotated, Any, ClassVar, Literal, Self, TypeAlias, cast

from pydantic import (
    AfterValidator,
    BeforeValidator,
    Field,
    GetCoreSchemaHandler,
    GetJsonSchemaHandler,
    JsonValue,
    TypeAdapter,
    model_validator,
)
from pydantic.json_schema import JsonSchemaValue
from pydantic_core import CoreSchema, PydanticCustomError, core_schema

from ssmi_dsl.components.base import Params
from ssmi_dsl.components.choice import OneOf, name_of


def _as_tuple(value: object) -> object:
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
Fractions = Annotated[tuple[Fraction, Fraction], AfterValidator(_increasing), BeforeValidator(_as_tuple)]
Positives = Annotated[tuple[Positive, Positive], AfterValidator(_increasing), BeforeValidator(_as_tuple)]
# lengths are checked after the items: pydantic's own `min_length` counts valid items only and reports twice
_LENGTH: dict[str, JsonValue] = {"minItems": 1, "maxItems": 3}
PerChannel = Annotated[tuple[Finite, ...], Field(json_schema_extra=_LENGTH), BeforeValidator(_as_tuple)]
PositivePerChannel = Annotated[tuple[Positive, ...], Field(json_schema_extra=_LENGTH), BeforeValidator(_as_tuple)]
UnitRange = Annotated[
    tuple[Annotated[float, Field(ge=0.0, le=1.0)], Annotated[float, Field(ge=0.0, le=1.0)]],
    AfterValidator(_not_empty),
    BeforeValidator(_as_tuple),
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


# operations that change where things lie
GEOMETRIC = (RandomResizedCrop, Part, RandomAffine, HorizontalFlip)


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


class PresetOptions(Params):
    """What a spec may change in a preset."""

    name: ClassVar[str]


class ImageOptions(PresetOptions):
    """What a spec may change in a preset for images. At 32 x 32, SimCLR (B.9) takes no blur and half the jitter."""

    blur: bool = Field(default=True, description="false: no Gaussian blur")
    flip: bool = Field(default=True, description="false: no horizontal flip")
    min_scale: Fraction | None = Field(default=None, description="smallest area of a crop; default: the preset's")
    jitter_strength: float = Field(
        default=1.0, ge=0.0, le=2.5, description="factor on the preset's ranges of colour jitter"
    )


class SimclrOptions(ImageOptions):
    """SimCLR: strong colour jitter, blur of every other view."""

    name: ClassVar[str] = "simclr"


class ByolOptions(ImageOptions):
    """BYOL: the first view always blurred, the second seldom blurred and sometimes solarised."""

    name: ClassVar[str] = "byol"


class MocoOptions(ImageOptions):
    """MoCo v2: as SimCLR with weaker jitter and larger crops."""

    name: ClassVar[str] = "moco"


class DinoGlobalOptions(ImageOptions):
    """DINO's two global views: as BYOL with larger crops."""

    name: ClassVar[str] = "dino-global"


class DinoLocalOptions(ImageOptions):
    """DINO's local views: small crops of small size, blurred half of the time."""

    name: ClassVar[str] = "dino-local"

    size: int = Field(default=96, ge=1, description="height and width of a local view, pixels")


class ResslOptions(ImageOptions):
    """ReSSL: the first view strongly augmented, the second, for the teacher, only cropped and flipped."""

    name: ClassVar[str] = "ressl"


class HalvesOptions(PresetOptions):
    """Two views from one image: its two halves. The branches then see different parts, and need encoders of their own."""

    name: ClassVar[str] = "halves"
    axis: Literal["rows", "columns"] = Field(
        default="rows", description="rows: top and bottom; columns: left and right"
    )


class NoneOptions(PresetOptions):
    """No augmentation: images become float in [0, 1], vectors stay as they are."""

    name: ClassVar[str] = "none"


@dataclass(frozen=True, slots=True)
class Preset:
    """A published augmentation: one recipe for each view; with more views than recipes, they take turns."""

    options: type[PresetOptions]
    source: str
    views: tuple[Recipe, ...]


def _byol_views(min_scale: float) -> tuple[Recipe, Recipe]:
    """The two recipes of Grill et al. 2020, table 6, which Caron et al. 2021 follow with larger crops."""

    def view(*, blur_p: float, solarize_p: float) -> Recipe:
        return (
            RandomResizedCrop(scale=(min_scale, 1.0)),
            HorizontalFlip(p=0.5),
            ColorJitter(brightness=0.4, contrast=0.4, saturation=0.2, hue=0.1, p=0.8),
            Grayscale(p=0.2),
            GaussianBlur(p=blur_p, sigma=(0.1, 2.0)),
            Solarize(p=solarize_p, threshold=0.5),
        )

    return view(blur_p=1.0, solarize_p=0.0), view(blur_p=0.1, solarize_p=0.2)


PRESETS: dict[str, Preset] = {
    "simclr": Preset(
        options=SimclrOptions,
        source=(
            "Chen et al. 2020 (arXiv:2002.05709), appendix A, and google-research/simclr data_util.py: area 0.08 to 1; "
            "jitter (0.8, 0.8, 0.8, 0.2) s, s = 1, p = 0.8; gray 0.2; blur p = 0.5, sigma 0.1 to 2, kernel 10 % of the "
            "image. B.9: s = 0.5 and no blur on CIFAR-10"
        ),
        views=(
            (
                RandomResizedCrop(scale=(0.08, 1.0)),
                HorizontalFlip(p=0.5),
                ColorJitter(brightness=0.8, contrast=0.8, saturation=0.8, hue=0.2, p=0.8),
                Grayscale(p=0.2),
                GaussianBlur(p=0.5, sigma=(0.1, 2.0)),
            ),
        ),
    ),
    "byol": Preset(
        options=ByolOptions,
        source=(
            "Grill et al. 2020 (arXiv:2006.07733), appendix B and table 6, and deepmind-research byol/utils/"
            "augmentations.py: area 0.08 to 1; jitter (0.4, 0.4, 0.2, 0.1), p = 0.8; gray 0.2; blur p = 1 / 0.1, sigma "
            "0.1 to 2, kernel 10 % of the image (23 at 224 pixels); solarize p = 0 / 0.2, threshold 0.5. Brightness is "
            "multiplied here, added there"
        ),
        views=_byol_views(0.08),
    ),
    "moco": Preset(
        options=MocoOptions,
        source=(
            "Chen et al. 2020 (arXiv:2003.04297) and facebookresearch/moco main_moco.py --aug-plus: area 0.2 to 1; "
            "jitter (0.4, 0.4, 0.4, 0.1), p = 0.8; gray 0.2; blur p = 0.5, sigma 0.1 to 2"
        ),
        views=(
            (
                RandomResizedCrop(scale=(0.2, 1.0)),
                ColorJitter(brightness=0.4, contrast=0.4, saturation=0.4, hue=0.1, p=0.8),
                Grayscale(p=0.2),
                GaussianBlur(p=0.5, sigma=(0.1, 2.0)),
                HorizontalFlip(p=0.5),
            ),
        ),
    ),
    "dino-global": Preset(
        options=DinoGlobalOptions,
        source=(
            "Caron et al. 2021 (arXiv:2104.14294) and facebookresearch/dino main_dino.py: area 0.4 to 1; jitter "
            "(0.4, 0.4, 0.2, 0.1), p = 0.8; gray 0.2; blur p = 1 / 0.1, sigma 0.1 to 2; solarize p = 0 / 0.2. Resized "
            "bilinearly here, bicubically there"
        ),
        views=_byol_views(0.4),
    ),
    "dino-local": Preset(
        options=DinoLocalOptions,
        source=(
            "Caron et al. 2021 (arXiv:2104.14294) and facebookresearch/dino main_dino.py: 96 pixels at 224, area 0.05 to "
            "0.4; jitter and gray as in the global views, blur p = 0.5, no solarization"
        ),
        views=(
            (
                RandomResizedCrop(size=96, scale=(0.05, 0.4)),
                HorizontalFlip(p=0.5),
                ColorJitter(brightness=0.4, contrast=0.4, saturation=0.2, hue=0.1, p=0.8),
                Grayscale(p=0.2),
                GaussianBlur(p=0.5, sigma=(0.1, 2.0)),
            ),
        ),
    ),
    "ressl": Preset(
        options=ResslOptions,
        source=(
            "Zheng et al. 2021 (arXiv:2107.09282), section 4: contrastive augmentation of MoCo v2 for the student, area "
            "0.2 to 1 and flip for the teacher"
        ),
        views=(
            (
                RandomResizedCrop(scale=(0.2, 1.0)),
                HorizontalFlip(p=0.5),
                ColorJitter(brightness=0.4, contrast=0.4, saturation=0.4, hue=0.1, p=0.8),
                Grayscale(p=0.2),
                GaussianBlur(p=0.5, sigma=(0.1, 2.0)),
            ),
            (RandomResizedCrop(scale=(0.2, 1.0)), HorizontalFlip(p=0.5)),
        ),
    ),
    "halves": Preset(
        options=HalvesOptions,
        source="Tschannen et al. 2020 (arXiv:1907.13625), section 3: top and bottom halves of an image, not augmented",
        views=((Part(rows=(0.0, 0.5)),), (Part(rows=(0.5, 1.0)),)),
    ),
    "none": Preset(options=NoneOptions, source="", views=((),)),
}


class _PresetOrRecipe:
    """Annotation: a preset (bare word or one-key mapping) or a list of operations. Error locations are YAML paths."""

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        def validate(value: object, preset: Callable[[object], PresetOptions]) -> PresetOptions | Recipe:
            # a union would put the name of its branch into the location; a nested ValidationError keeps the path
            return _RECIPE.validate_python(value) if isinstance(value, list | tuple) else preset(value)

        return core_schema.no_info_wrap_validator_function(
            validate,
            handler.generate_schema(Annotated[Params, _PRESET]),
            serialization=core_schema.plain_serializer_function_ser_schema(_dump),
        )

    def __get_pydantic_json_schema__(self, schema: CoreSchema, handler: GetJsonSchemaHandler) -> JsonSchemaValue:
        return {
            "anyOf": [
                _PRESET.__get_pydantic_json_schema__(schema, handler),
                {**handler(_RECIPE.core_schema), "minItems": 1},
            ]
        }


AugmentChoice: TypeAlias = Annotated[PresetOptions | Recipe, _PresetOrRecipe()]


def resolve_augment(choice: PresetOptions | Recipe, view_index: int) -> tuple[tuple[str, Params], ...]:
    """The operations of view `view_index` (0, 1, ...), in order, with their names; a preset's recipes take turns."""
    if isinstance(choice, PresetOptions):
        views = PRESETS[choice.name].views
        recipe = views[view_index % len(views)]
        if isinstance(choice, HalvesOptions) and choice.axis == "columns":
            recipe = tuple(Part(columns=op.rows) if isinstance(op, Part) else op for op in recipe)
        choice = _adjusted(recipe, choice) if isinstance(choice, ImageOptions) else recipe
    return tuple((name_of(AUGMENT_OPS, op), op) for op in choice)


def _adjusted(recipe: Recipe, options: ImageOptions) -> Recipe:
    ops: list[Params] = []
    for op in recipe:
        match op:
            case RandomResizedCrop():
                least = op.scale[0] if options.min_scale is None else options.min_scale
                size = options.size if isinstance(options, DinoLocalOptions) else op.size
                ops.append(RandomResizedCrop(size=size, scale=(least, op.scale[1]), ratio=op.ratio))
            case ColorJitter():
                s = options.jitter_strength
                ops.append(
                    ColorJitter(
                        brightness=s * op.brightness,
                        contrast=s * op.contrast,
                        saturation=s * op.saturation,
                        hue=s * op.hue,
                        p=op.p,
                    )
                )
            case GaussianBlur() if not options.blur:
                pass
            case HorizontalFlip() if not options.flip:
                pass
            case _:
                ops.append(op)
    return tuple(ops)


def _coherent(recipe: Recipe) -> Recipe:
    if not recipe:
        raise PydanticCustomError("no_operations", "the list has no operations; write `none` for no augmentation")
    names = [name_of(AUGMENT_OPS, op) for op in recipe]
    if Normalize.name in names[:-1]:
        raise PydanticCustomError(
            "normalize_not_last",
            "`normalize` is not the last operation, but the others expect values in [0, 1]; move it to the end",
        )
    on_vectors = [name in VECTOR_OPS for name in names]
    if any(on_vectors) and not all(on_vectors):
        raise PydanticCustomError(
            "mixed_operations",
            "`gaussian-noise` acts on vectors, the other operations on images; write one kind only",
        )
    return recipe


def _dump(value: PresetOptions | Recipe) -> object:
    if isinstance(value, tuple):
        return [_one_key(AUGMENT_OPS, op) for op in value]
    return {value.name: value.model_dump(mode="json")}


def _one_key(table: Mapping[str, type[Params]], value: Params) -> dict[str, object]:
    return {name_of(table, value): value.model_dump(mode="json")}


_PRESET = OneOf({name: preset.options for name, preset in PRESETS.items()})
_RecipeChoice: TypeAlias = Annotated[
    tuple[Annotated[Params, OneOf(AUGMENT_OPS)], ...],
    AfterValidator(_coherent),
    BeforeValidator(_as_tuple),
]
_RECIPE: TypeAdapter[Recipe] = TypeAdapter(_RecipeChoice)
