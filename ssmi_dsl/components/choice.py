"""Choices: a bare word (`critic: dot`) or a one-key mapping with parameters (`critic: {cosine: {temperature: 0.1}}`).

The location of a validation error inside a choice is exactly its path in the YAML, since the tag of the union *is* the key.
"""

from collections.abc import Callable, Mapping
from types import GenericAlias
from typing import Annotated, Any, cast

from pydantic import ConfigDict, Field, GetCoreSchemaHandler, GetJsonSchemaHandler, TypeAdapter
from pydantic.json_schema import JsonSchemaValue
from pydantic_core import CoreSchema, core_schema

from ssmi_dsl.components.base import Params

# what an editor is told of a word of the grammar that no compiler takes
NOT_COMPILED = "Not compiled yet: a spec that uses it is refused (SY011)."


class OneOf:
    """Annotation for a field that names one of `table` (name -> parameter model): `Annotated[Params, OneOf(TABLE)]`.

    The validated value is the parameter model itself; its name is found by `name_of(table, value)`. Dumping gives the one-key mapping back.
    """

    def __init__(self, table: Mapping[str, type[Params]]) -> None:
        self.table = table

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        options: dict[Any, CoreSchema] = {
            name: core_schema.no_info_plain_validator_function(_reader(name, self.table)) for name in self.table
        }
        return core_schema.tagged_union_schema(
            options,
            discriminator=_tag,
            serialization=core_schema.plain_serializer_function_ser_schema(self._dump),
        )

    def __get_pydantic_json_schema__(self, schema: CoreSchema, handler: GetJsonSchemaHandler) -> JsonSchemaValue:
        words: list[JsonSchemaValue] = []
        mappings: list[JsonSchemaValue] = []
        for name, model in self.table.items():
            inner = model.__get_pydantic_json_schema__(model.__pydantic_core_schema__, handler)
            summary = (model.__doc__ or "").strip().split("\n")[0]
            told = {"description": summary, "markdownDescription": _markdown(name, model)}
            if not any(field.is_required() for field in model.model_fields.values()):
                words.append({"const": name, **told})
            mappings.append(
                {
                    "type": "object",
                    "properties": {name: {"anyOf": [inner, {"type": "null"}]}},
                    "required": [name],
                    "additionalProperties": False,
                    **told,
                }
            )
        return {"anyOf": [*words, *mappings]}

    def _dump(self, value: Params) -> dict[str, Any]:
        return {name_of(self.table, value): value.model_dump(mode="json")}


# a list of mappings where one would do; rules run on each
MAX_MANY = 8


class OneOrMany:
    """Annotation for a tuple that may be written as one mapping or as a list of them; error locations are YAML paths."""

    def __init__(self, model: type[Params]) -> None:
        self.model = model
        many: Any = GenericAlias(tuple, (model, ...))
        some: Any = Annotated[many, Field(min_length=1, max_length=MAX_MANY)]
        self._many: TypeAdapter[tuple[Any, ...]] = TypeAdapter(some, config=ConfigDict(defer_build=True))

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        one = handler.generate_schema(self.model)
        return core_schema.no_info_wrap_validator_function(
            self._validate,
            one,
            serialization=core_schema.plain_serializer_function_ser_schema(self._dump),
        )

    def _validate(self, value: Any, one: Callable[[Any], Any]) -> tuple[Any, ...]:
        if not isinstance(value, (list, tuple)):
            return (one(value),)
        return self._many.validate_python(tuple(cast("list[Any]", value)))

    def __get_pydantic_json_schema__(self, schema: CoreSchema, handler: GetJsonSchemaHandler) -> JsonSchemaValue:
        one = self.model.__get_pydantic_json_schema__(self.model.__pydantic_core_schema__, handler)
        return {"anyOf": [one, {"type": "array", "items": one, "minItems": 1, "maxItems": MAX_MANY}]}

    @staticmethod
    def _dump(value: tuple[Params, ...]) -> Any:
        dumped = [item.model_dump(mode="json", exclude_defaults=True) for item in value]
        return dumped[0] if len(dumped) == 1 else dumped


def _markdown(name: str, model: type[Params]) -> str:
    """What an editor shows of a word: its summary, and of a term its formula and source."""
    summary = (model.__doc__ or "").strip().split("\n\n")[0].replace("\n    ", " ")
    formula, source = getattr(model, "formula", None), getattr(model, "source", None)
    about = [f"`{formula}`"] if isinstance(formula, str) else []
    about += [f"*{source}*"] if isinstance(source, str) else []
    if not getattr(model, "implemented", True):
        about.append(NOT_COMPILED)
    return "\n\n".join([f"**{name}** {summary}", *about])


def name_of(table: Mapping[str, type[Params]], value: Params) -> str:
    """The name under which `value`'s model stands in `table`; raises KeyError when it does not."""
    for name, model in table.items():
        if type(value) is model:
            return name
    raise KeyError(type(value).__name__)


def _tag(value: Any) -> str | None:
    if isinstance(value, str):
        return value
    if isinstance(value, Mapping) and len(value) == 1:  # pyright: ignore[reportUnknownArgumentType] - user data
        key: Any = next(iter(value))  # pyright: ignore[reportUnknownArgumentType, reportUnknownVariableType] - user data
        return key if isinstance(key, str) else None
    if isinstance(value, Params):
        return getattr(type(value), "name", None)
    return None


def _reader(name: str, table: Mapping[str, type[Params]]) -> Callable[[Any], Params]:
    """Reads the parameters of one word. Its model is looked up and built when a spec uses the word; nested errors keep the path."""

    def read(value: Any) -> Params:
        model = table[name]
        if isinstance(value, str):
            value = {}
        elif not isinstance(value, model):
            value = {} if value[name] is None else value[name]
        return model.__pydantic_validator__.validate_python(value)

    return read
