"""Augmentation: what `views.augment` may say, a preset or a list of operations.

augment: simclr
augment: {simclr: {blur: false, jitter_strength: 0.5}}
augment: [{random-resized-crop: {scale: [0.2, 1.0]}}, {horizontal-flip: {p: 0.5}}, grayscale]
augment: {per-view: {views: [[{color-jitter: {p: 1.0}}], [horizontal-flip]]}}
"""

from collections.abc import Callable
from functools import lru_cache
from typing import Annotated, Any, TypeAlias, cast

from pydantic import GetCoreSchemaHandler, GetJsonSchemaHandler, TypeAdapter
from pydantic.json_schema import JsonSchemaValue
from pydantic_core import CoreSchema, core_schema

from ssmi_dsl.components.augment_operations import (
    AUGMENT_OPS,
    ColorJitter,
    GaussianBlur,
    HorizontalFlip,
    Part,
    RandomResizedCrop,
    Recipe,
)
from ssmi_dsl.components.augment_presets import (
    PRESETS,
    DinoLocalOptions,
    HalvesOptions,
    ImageOptions,
    PresetOptions,
)
from ssmi_dsl.components.augment_recipe import PerView, RecipeChoice
from ssmi_dsl.components.base import Params
from ssmi_dsl.components.choice import OneOf, name_of


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
    if isinstance(choice, PerView):
        choice = choice.views[view_index % len(choice.views)]
    elif isinstance(choice, PresetOptions):
        return _of_preset(cast(Any, choice), view_index)  # frozen, and so hashable
    return _named(choice)


@lru_cache(maxsize=256)  # asked again by every recipe of every spec
def _of_preset(preset: PresetOptions, view_index: int) -> tuple[tuple[str, Params], ...]:
    views = PRESETS[preset.name].views
    recipe = views[view_index % len(views)]
    if isinstance(preset, HalvesOptions) and preset.axis == "columns":
        recipe = tuple(Part(columns=op.rows) if isinstance(op, Part) else op for op in recipe)
    return _named(_adjusted(recipe, preset) if isinstance(preset, ImageOptions) else recipe)


def _named(recipe: Recipe) -> tuple[tuple[str, Params], ...]:
    return tuple((name_of(AUGMENT_OPS, op), op) for op in recipe)


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


def _dump(value: PresetOptions | Recipe) -> object:
    if isinstance(value, tuple):
        return _RECIPE.dump_python(value, mode="json")
    return {value.name: value.model_dump(mode="json")}


_PRESET = OneOf({**{name: preset.options for name, preset in PRESETS.items()}, PerView.name: PerView})
_RECIPE: TypeAdapter[Recipe] = TypeAdapter(RecipeChoice)
