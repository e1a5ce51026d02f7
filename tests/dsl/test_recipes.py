"""The scales of the bundled specs: every image method has the embedded one, CIFAR-10 and ImageNet."""

import pytest

from ssmi_dsl.bundled import bundled_names
from ssmi_dsl.check import check
from ssmi_dsl.document import read_document
from ssmi_dsl.load import load
from ssmi_dsl.spec.method import under_recipe

IMAGE_METHODS = [
    name for name in bundled_names() if (views := load(name).spec.views).modalities is None and views.graph is None
]


@pytest.mark.parametrize("name", IMAGE_METHODS)
def test_an_image_method_has_a_recipe_for_each_scale(name: str) -> None:
    assert {"default", "digits", "cifar10", "imagenet"} <= set(load(name).spec.recipes)


@pytest.mark.parametrize("name", IMAGE_METHODS)
@pytest.mark.parametrize("recipe", ["cifar10", "imagenet"])
def test_the_steps_of_a_scale_are_known_where_its_data_are(name: str, recipe: str) -> None:
    method = load(name, recipe=recipe)
    said = 1_281_167 if name == "deepcluster-v2" else None  # which keeps a row for each image
    known = {"cifar10": 50_000, "imagenet": said}[recipe]
    assert method.recipe.num_train == known
    assert method.recipe.num_steps == (
        None if known is None else (known // method.recipe.batch_size) * method.recipe.epochs
    )


@pytest.mark.parametrize("name", IMAGE_METHODS)
def test_recipes_that_change_nothing_of_the_method_differ_in_their_numbers_alone(name: str) -> None:
    recipes = load(name).spec.recipes
    plain = [recipe for recipe, numbers in recipes.items() if not numbers.method]
    assert "default" in plain
    for recipe in plain:
        assert under_recipe(load(name), recipe) == load(name, recipe=recipe)


SHARED = """
ssmi: 1
name: m
views: {count: 2, augment: simclr}
encoder: {backbone: resnet18, stem: small}
branches:
  online: {projector: {mlp: [512, 128]}, predictor: {linear: 128}}
  target: {of: online, update: {ema: {momentum: 0.996}}, stop_gradient: true}
objective: {bound: infonce, critic: {cosine: {temperature: 0.1}}, marginal: in-batch}
optimize: {schedule: alternating}
recipes:
  default: {optimizer: {sgd: {lr: 0.3}}, batch_size: 256, epochs: 100}
  cifar10: {}
  small: {batch_size: 4}
  wide: {method: {branches: {online: {predictor: {linear: 64}}}}}
"""


@pytest.mark.parametrize(
    "text", [SHARED, SHARED.replace("of: online", "of: onlin"), SHARED.replace("0.1}", "0.1, x: 1}")]
)
def test_all_recipes_together_find_what_each_finds_alone(text: str) -> None:
    document = read_document(text)
    alone = [check(document, recipe=name) for name in ("default", "cifar10", "small", "wide")]
    whole = {(item.code, item.loc) for item in check(document)}
    assert whole == {(item.code, item.loc) for found in alone for item in found}
    assert whole
