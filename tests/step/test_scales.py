"""Recipes of other scales than the embedded one become a step too: traced with fake tensors, nothing is computed."""

import pytest

from ssmi_compiler.compile import lower
from ssmi_dsl.bundled import bundled_names
from ssmi_dsl.load import load

DATA = {"cifar10": "cifar10", "imagenet": "folder"}
CASES = [
    (name, recipe) for name in bundled_names() for recipe in DATA if recipe in load(name).spec.recipes
]  # clip and siglip, which need texts, have neither


@pytest.mark.slow
@pytest.mark.parametrize(("name", "recipe"), CASES)
def test_a_recipe_is_lowered_and_certified(name: str, recipe: str) -> None:
    if recipe == "imagenet":
        pytest.importorskip("timm")
    lowered = lower(load(name, recipe=recipe), data=DATA[recipe])
    assert lowered.certificate.flows


def test_a_vision_transformer_of_timm_sees_local_crops() -> None:
    pytest.importorskip("timm")
    overrides = [
        "recipes.digits.batch_size=2",
        "encoder.backbone={timm: {model: vit_tiny_patch16_224}}",
        "views.local.augment=[{random-resized-crop: {size: 16, scale: [0.3, 0.7]}}]",
    ]
    lowered = lower(load("dino", recipe="digits", overrides=overrides), data="digits")
    assert lowered.certificate.flows
