"""The scales of the bundled specs: every image method has the embedded one, CIFAR-10 and ImageNet."""

import pytest

from ssmi_dsl.bundled import bundled_names
from ssmi_dsl.load import load

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
    known = {"cifar10": 50_000, "imagenet": None}[recipe]
    assert method.recipe.num_train == known
    assert method.recipe.num_steps == (
        None if known is None else (known // method.recipe.batch_size) * method.recipe.epochs
    )
