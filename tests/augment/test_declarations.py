"""What `views.augment` accepts, where its errors point, and what a choice resolves to."""

import subprocess
import sys

import pytest
from pydantic import ValidationError

from ssmi_dsl.components.augment import AugmentChoice, resolve_augment
from ssmi_dsl.components.augment_operations import (
    AUGMENT_OPS,
    ColorJitter,
    GaussianBlur,
    Grayscale,
    HorizontalFlip,
    RandomResizedCrop,
    Solarize,
)
from ssmi_dsl.components.augment_presets import PRESETS, ByolOptions, ImageOptions, SimclrOptions
from ssmi_dsl.components.base import Params


class Views(Params):
    augment: AugmentChoice


def read(value):
    return Views.model_validate({"augment": value}).augment


def test_choices_of_one_preset_are_equal():
    assert read("simclr") == read({"simclr": None}) == read({"simclr": {}}) == SimclrOptions()
    assert read({"byol": {"blur": False, "jitter_strength": 1}}) == ByolOptions(blur=False, jitter_strength=1.0)


def test_list_of_operations():
    ops = read([{"random-resized-crop": {"scale": [0.2, 1]}}, {"horizontal-flip": {"p": 0.5}}, "grayscale"])

    assert ops == (RandomResizedCrop(scale=(0.2, 1.0)), HorizontalFlip(p=0.5), Grayscale())


@pytest.mark.parametrize(
    ("value", "loc", "kind"),
    [
        ("simclrr", ("augment",), "union_tag_invalid"),
        (3, ("augment",), "union_tag_not_found"),
        ({"simclr": {}, "byol": {}}, ("augment",), "union_tag_not_found"),
        ({"simclr": {"blurr": False}}, ("augment", "simclr", "blurr"), "extra_forbidden"),
        ({"simclr": {"blur": "no"}}, ("augment", "simclr", "blur"), "bool_type"),
        ({"simclr": {"min_scale": 0}}, ("augment", "simclr", "min_scale"), "greater_than"),
        ({"none": {"blur": True}}, ("augment", "none", "blur"), "extra_forbidden"),
        ([], ("augment",), "no_operations"),
        (["flip"], ("augment", 0), "union_tag_invalid"),
        (["grayscale", {"horizontal-flip": {"p": 2}}], ("augment", 1, "horizontal-flip", "p"), "less_than_equal"),
        (
            [{"random-resized-crop": {"scale": [0.9, "a"]}}],
            ("augment", 0, "random-resized-crop", "scale", 1),
            "float_type",
        ),
        (
            [{"random-resized-crop": {"scale": [0.9, 0.1]}}],
            ("augment", 0, "random-resized-crop", "scale"),
            "not_increasing",
        ),
        ([{"random-affine": {"degrees": 200}}], ("augment", 0, "random-affine", "degrees"), "less_than_equal"),
        ([{"random-affine": {"scale": [1.2, 0.8]}}], ("augment", 0, "random-affine", "scale"), "not_increasing"),
        ([{"gaussian-blur": {"kernel": 4}}], ("augment", 0, "gaussian-blur", "kernel"), "not_odd"),
        (
            [{"gaussian-blur": {"sigma": [float("nan"), 1]}}],
            ("augment", 0, "gaussian-blur", "sigma", 0),
            "finite_number",
        ),
        ([{"normalize": {"mean": [0, 0, 0], "std": [1]}}], ("augment", 0, "normalize"), "channels"),
        ([{"normalize": {"mean": [0], "std": [1]}}, "grayscale"], ("augment",), "normalize_not_last"),
        ([{"gaussian-noise": {"std": 0.1}}, "grayscale"], ("augment",), "mixed_operations"),
    ],
)
def test_an_error_points_at_the_yaml_path(value, loc, kind):
    with pytest.raises(ValidationError) as caught:
        read(value)

    assert [(error["loc"], error["type"]) for error in caught.value.errors()] == [(loc, kind)]


@pytest.mark.parametrize("value", [*PRESETS, {"moco": {"flip": False}}, ["grayscale", "solarize"]])
def test_dumped_choice_reads_back(value):
    views = Views.model_validate({"augment": value})

    assert Views.model_validate(views.model_dump(mode="json")) == views


def test_json_schema_lists_presets_and_operations():
    schema = Views.model_json_schema()

    preset, operations = schema["properties"]["augment"]["anyOf"]
    words = [option["const"] for option in preset["anyOf"] if "const" in option]
    keys = [key for option in operations["items"]["anyOf"] for key in option.get("properties", ())]
    assert words == list(PRESETS)
    assert keys == list(AUGMENT_OPS)
    assert operations["type"] == "array"


def test_every_field_is_described():
    models = [*AUGMENT_OPS.values(), *(preset.options for preset in PRESETS.values())]

    assert [(m.__name__, f) for m in models for f, info in m.model_fields.items() if not info.description] == []


def test_byol_views_differ_and_take_turns():
    first, second, third = (dict(resolve_augment(ByolOptions(), index)) for index in range(3))

    assert (first["gaussian-blur"], first["solarize"]) == (GaussianBlur(p=1.0), Solarize(p=0.0))
    assert (second["gaussian-blur"], second["solarize"]) == (GaussianBlur(p=0.1), Solarize(p=0.2))
    assert third == first


@pytest.mark.parametrize("name", [name for name in PRESETS if name not in ("none", "halves")])
def test_overrides_for_small_images(name):
    options = PRESETS[name].options
    assert issubclass(options, ImageOptions)
    plain = dict(resolve_augment(options(), 0))

    ops = dict(resolve_augment(options(blur=False, flip=False, min_scale=0.3, jitter_strength=0.5), 0))

    assert set(plain) - set(ops) == {"gaussian-blur", "horizontal-flip"}
    crop = plain["random-resized-crop"]
    assert isinstance(crop, RandomResizedCrop)
    assert ops["random-resized-crop"] == RandomResizedCrop(size=crop.size, scale=(0.3, crop.scale[1]))
    jitter, half = plain["color-jitter"], ops["color-jitter"]
    assert isinstance(jitter, ColorJitter)
    assert isinstance(half, ColorJitter)
    assert (half.brightness, half.hue, half.p) == (0.5 * jitter.brightness, 0.5 * jitter.hue, jitter.p)


def test_none_has_no_operations():
    assert resolve_augment(read("none"), 0) == ()


def test_declarations_do_not_import_torch():
    code = "import sys, ssmi_dsl.components.augment; sys.exit('torch' in sys.modules)"

    assert (
        subprocess.run([sys.executable, "-c", code], env={"PYTHONPATH": ":".join(sys.path)}, check=False).returncode
        == 0
    )
