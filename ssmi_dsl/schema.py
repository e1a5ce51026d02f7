"""The JSON schema of a spec, for editors: generated from the models, with Markdown, defaults, and examples out of the bundled specs.

A spec that extends another may leave out what that one says, and remove a key by `null`; so may `recipes.NAME.method`. Both are described by
the *partial* form of every section: nothing is required, and null is allowed.
"""

import copy
import json
from collections.abc import Iterator, Mapping
from typing import Any, cast

from ssmi_dsl.bundled import bundled_names, bundled_path
from ssmi_dsl.document import read_file
from ssmi_dsl.spec.method_spec import MethodSpec

SCHEMA_ID = "urn:ssmi:spec:1"
DIALECT = "https://json-schema.org/draft/2020-12/schema"
_PARTIAL = "Partial"
_WHOLE = "MethodSpec"
_REF = "#/$defs/"
_MAX_EXAMPLES, _LONGEST_EXAMPLE = 4, 120

Schema = dict[str, Any]


def json_schema(*, examples: bool = True) -> Schema:
    """JSON Schema (2020-12) of a spec. `examples` are read from the bundled specs, which an editor's own completion does without."""
    whole = MethodSpec.model_json_schema()
    definitions = cast(dict[str, Schema], whole.pop("$defs"))
    definitions[_WHOLE] = whole
    # pydantic writes out a section that may be one or a list of them: twice
    one, many = whole["properties"]["objective"]["anyOf"]
    definitions["Objective"] = one
    whole["properties"]["objective"]["anyOf"] = [
        {"$ref": f"{_REF}Objective"},
        {**many, "items": {"$ref": f"{_REF}Objective"}},
    ]
    extends: Schema = {"type": "string", "description": "a bundled method, or a file beside this one, to inherit from"}
    whole["properties"] = {"extends": extends, **whole["properties"]}
    if examples:
        for name in bundled_names():
            path = bundled_path(name)
            assert path is not None
            _learn(whole, read_file(path).data, definitions)
    partial = {f"{name}{_PARTIAL}": _partial(copy.deepcopy(schema)) for name, schema in definitions.items()}
    definitions |= partial
    for name in ("RecipeSpec", f"RecipeSpec{_PARTIAL}"):
        method = definitions[name]["properties"]["method"]
        kept = {key: method[key] for key in ("description", "default", "examples") if key in method}
        definitions[name]["properties"]["method"] = {
            **kept,
            "anyOf": [{"$ref": f"{_REF}{_WHOLE}{_PARTIAL}"}, {"type": "null"}],
        }
    schema: Schema = {
        "$schema": DIALECT,
        "$id": SCHEMA_ID,
        "title": "ssmi method spec",
        "description": "What a self-supervised method is: views, branches, bound, critic, marginal, and how its blocks are optimised.",
        "type": "object",
        "if": {"required": ["extends"]},
        "then": {"$ref": f"{_REF}{_WHOLE}{_PARTIAL}"},
        "else": {"$ref": f"{_REF}{_WHOLE}"},
        "$defs": definitions,
    }
    for node in _nodes(schema):
        if node is not schema:
            # pydantic's titles are names of classes, which an editor would show and offer
            node.pop("title", None)
        if "patternProperties" in node:
            node.setdefault("additionalProperties", False)
        if "description" in node and "markdownDescription" not in node:
            node["markdownDescription"] = _markdown(node)
    return schema


def _partial(schema: Any) -> Any:
    """The form of a section that is merged over another: no key is required, null removes, references lead to partial forms."""
    if isinstance(schema, list):
        return [_partial(item) for item in cast(list[Any], schema)]
    if not isinstance(schema, dict):
        return schema
    node = cast(Schema, schema)
    if "$ref" in node:
        node["$ref"] = f"{node['$ref']}{_PARTIAL}"
    is_choice = len(node.get("properties", {})) == 1 and node.get("required") == list(node.get("properties", {}))
    if not is_choice:
        node.pop("required", None)
    for key, value in node.items():
        if key in ("properties", "patternProperties"):
            inner = {name: _partial(item) for name, item in cast(dict[str, Schema], value).items()}
            node[key] = inner if is_choice else {name: _or_null(item) for name, item in inner.items()}
        elif key not in ("default", "examples", "const", "enum"):
            node[key] = _partial(value)
    return node


def _or_null(schema: Schema) -> Schema:
    told = {
        key: schema.pop(key) for key in ("description", "markdownDescription", "default", "examples") if key in schema
    }
    options = cast(list[Schema], schema["anyOf"]) if set(schema) == {"anyOf"} else [schema]
    if {"type": "null"} not in options:
        options = [*options, {"type": "null"}]
    return {**told, "anyOf": options}


def _learn(schema: Schema, value: Any, definitions: Mapping[str, Schema]) -> None:
    """Note the values of a bundled spec as examples of the properties that they stand at."""
    if not isinstance(value, Mapping):
        return
    node = _resolved(schema, definitions)
    properties = cast(dict[str, Schema], node.get("properties", {}))
    named = cast(list[Schema], list(node.get("patternProperties", {}).values()))
    for key, inner in cast(Mapping[str, Any], value).items():
        if key in properties:
            _note(properties[key], inner)
        for below in [properties[key]] if key in properties else named:
            if not _is_choice(below):
                _learn(below, inner, definitions)


def _note(schema: Schema, value: Any) -> None:
    # yaml-language-server offers examples where a scalar is typed, and cannot write anything else there
    if isinstance(value, (dict, list)):
        return
    known = cast(list[Any], schema.get("examples", []))
    if value not in known and len(known) < _MAX_EXAMPLES and len(str(value)) <= _LONGEST_EXAMPLE:
        schema["examples"] = [*known, value]


def _is_choice(schema: Schema) -> bool:
    return any("const" in option or "anyOf" in option for option in schema.get("anyOf", ()))


def _resolved(schema: Schema, definitions: Mapping[str, Schema]) -> Schema:
    reference = schema.get("$ref") or next((o["$ref"] for o in schema.get("anyOf", ()) if "$ref" in o), None)
    return definitions[reference.removeprefix(_REF)] if reference is not None else schema


def _nodes(schema: Any) -> Iterator[Schema]:
    if isinstance(schema, list):
        for item in cast(list[Any], schema):
            yield from _nodes(item)
    elif isinstance(schema, dict):
        node = cast(Schema, schema)
        yield node
        for key, value in list(node.items()):
            if key in ("properties", "patternProperties", "$defs"):
                for item in cast(dict[str, Any], value).values():
                    yield from _nodes(item)
            elif key not in ("default", "examples", "const", "enum"):
                yield from _nodes(value)


def _markdown(node: Schema) -> str:
    text = str(node["description"])
    default = node.get("default")
    simple = default is not None and not isinstance(default, (dict, list))
    return f"{text}\n\nDefault: `{json.dumps(default)}`" if simple else text
