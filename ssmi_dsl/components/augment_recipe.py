"""A list of operations as a spec writes it, and one list for each view."""

from typing import Annotated, ClassVar, TypeAlias

from pydantic import AfterValidator, BeforeValidator, Field
from pydantic_core import PydanticCustomError

from ssmi_dsl.components.augment_operations import AUGMENT_OPS, VECTOR_OPS, Normalize, Recipe, as_tuple
from ssmi_dsl.components.augment_presets import PresetOptions
from ssmi_dsl.components.base import Params
from ssmi_dsl.components.choice import OneOf, name_of


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


def _of_one_kind(views: tuple[Recipe, ...]) -> tuple[Recipe, ...]:
    # the words stand behind "where"; after the items: pydantic's own `min_length` counts valid items only and reports twice
    if len(views) < 2:
        raise PydanticCustomError("too_few_views", "a list for each of at least two views")
    if len({name_of(AUGMENT_OPS, op) in VECTOR_OPS for recipe in views for op in recipe}) > 1:
        raise PydanticCustomError("mixed_views", "one kind of operations in all lists, on images or on vectors,")
    return views


RecipeChoice: TypeAlias = Annotated[
    tuple[Annotated[Params, OneOf(AUGMENT_OPS)], ...],
    AfterValidator(_coherent),
    BeforeValidator(as_tuple),
]


class PerView(PresetOptions):
    """A list of operations for each view; with more views than lists, they take turns.

    augment: {per-view: {views: [[{color-jitter: {p: 1.0}}], [horizontal-flip]]}}
    """

    name: ClassVar[str] = "per-view"
    views: Annotated[tuple[RecipeChoice, ...], AfterValidator(_of_one_kind), BeforeValidator(as_tuple)] = Field(
        description="the operations of the first view, of the second, and so on", json_schema_extra={"minItems": 2}
    )
