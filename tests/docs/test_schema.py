"""The JSON schema: valid itself, true to the language, and made for editors."""

import json
from collections.abc import Iterator
from typing import Any

import pytest
import yaml
from jsonschema import Draft202012Validator

from ssmi_dsl.bundled import bundled_names, specs_folder
from ssmi_dsl.check import check
from ssmi_dsl.document import read_document
from ssmi_dsl.schema import json_schema
from ssmi_dsl.starter import starter

SCHEMA = json_schema()
VALIDATOR = Draft202012Validator(SCHEMA)
JMI = yaml.safe_load((specs_folder() / "jmi.yaml").read_text())


def _nodes(node: Any) -> Iterator[dict[str, Any]]:
    if isinstance(node, dict):
        yield node
        for value in node.values():
            yield from _nodes(value)
    elif isinstance(node, list):
        for value in node:
            yield from _nodes(value)


def _errors(spec: dict[str, Any]) -> list[str]:
    return [error.message for error in VALIDATOR.iter_errors(spec)]


def test_it_is_a_schema() -> None:
    Draft202012Validator.check_schema(SCHEMA)
    assert SCHEMA["$id"]
    json.dumps(SCHEMA, allow_nan=False)


@pytest.mark.parametrize("name", bundled_names())
def test_bundled_specs_and_starters_fit(name: str) -> None:
    # PyYAML would read the key `on` as true
    for text in ((specs_folder() / f"{name}.yaml").read_text(), starter("mine", source=name)):
        data = read_document(text).data
        assert isinstance(data, dict)
        assert _errors(data) == []


# keys of a spec that extends jmi, and whether both linter and schema take them
EXTENDING: list[tuple[dict[str, Any], bool]] = [
    ({}, True),
    ({"objective": {"critic": {"cosine": {"temperature": 0.1}}}}, True),
    ({"objective": {"target_nats": None}}, True),
    ({"branches": {"shared": {"projector": None}}}, True),
    ({"recipes": {"digits": None}}, True),
    ({"recipes": {"digits": {"method": {"objective": {"weight": 2.0}}}}}, True),
    ({"recipes": {"digits": {"method": {"objektive": {}}}}}, False),
    ({"objective": {"critik": "dot"}}, False),
    ({"objective": {"weight": -1.0}}, False),
    ({"branches": {"Shared": {}}}, False),
]


@pytest.mark.parametrize(("changes", "fits"), EXTENDING)
def test_a_spec_that_extends_another_needs_to_say_only_what_differs(changes: dict[str, Any], fits: bool) -> None:
    spec = {"ssmi": 1, "name": "mine", "extends": "jmi", **changes}
    found = [item.code for item in check(read_document(yaml.safe_dump(spec))) if item.code.startswith("SY")]
    assert (found == []) == fits, found
    assert (_errors(spec) == []) == fits


WRONG: list[dict[str, Any]] = [
    {"name": "Mine"},
    {"paradigma": "jmi"},
    {"objective": {"bound": "infonce"}},
    {"branches": {}},
    {"branches": {"Upper": {}}},
    {"views": {"count": 0, "augment": "byol"}},
    {"optimize": {"schedule": "sometimes"}},
    {"objective": {**JMI["objective"], "critic": {"cosine": {"temperature": 0}}}},
    {"objective": {**JMI["objective"], "critic": {"cosine": {}, "dot": {}}}},
]


@pytest.mark.parametrize("changes", WRONG)
def test_it_refuses_what_the_linter_refuses(changes: dict[str, Any]) -> None:
    spec = {**JMI, **changes}
    assert any(item.code.startswith("SY") for item in check(read_document(yaml.safe_dump(spec))))
    assert _errors(spec)


def test_editors_get_markdown_defaults_and_examples_that_fit() -> None:
    definitions = SCHEMA["$defs"]
    for name in ("MethodSpec", "Branch", "Objective", "Optimize", "Views"):
        for key, node in definitions[name]["properties"].items():
            assert node.get("markdownDescription") or "$ref" in node, f"{name}.{key}"
            validator = Draft202012Validator({**node, "$defs": definitions})
            for example in node.get("examples", []):
                assert list(validator.iter_errors(example)) == [], f"{name}.{key}"
    assert definitions["Objective"]["properties"]["critic"]["examples"]
    assert definitions["Objective"]["properties"]["weight"]["default"] == 1.0
    assert all(str(node["description"]).strip() for node in _nodes(SCHEMA) if isinstance(node.get("description"), str))


def test_choices_are_words_and_mappings_that_editors_can_offer() -> None:
    options = SCHEMA["$defs"]["Objective"]["properties"]["critic"]["anyOf"]
    words = {option["const"] for option in options if "const" in option}
    mappings = {next(iter(option["properties"])) for option in options if "properties" in option}
    assert "cosine" in words & mappings
    assert all(option["markdownDescription"].startswith("**") for option in options)


def test_without_examples_nothing_is_read_from_the_specs() -> None:
    assert not any("examples" in node for node in _nodes(json_schema(examples=False)))
