"""An objective that keeps a row for every training image: how many there are is that of the data, or is said by the recipe."""

from pathlib import Path

import pytest
from PIL import Image

from ssmi_compiler.api import load_recipe
from ssmi_compiler.compile import Lowered, lower
from ssmi_compiler.errors import CompileError
from ssmi_dsl.load import load
from ssmi_runtime.errors import DatasetError
from ssmi_runtime.feed import open_data

SMALL = ["recipes.imagenet.method.encoder.backbone={conv-small: {width: 4}}", "recipes.imagenet.batch_size=4"]


def _lowered(*overrides: str) -> Lowered:
    """deepcluster-v2 for a folder of images, small, with ten images to an epoch unless `overrides` say otherwise."""
    few = "objective.marginal={kmeans: {counts: [2]}}"
    simple = "recipes.imagenet.method.views={local: null, augment: [{random-resized-crop: {size: 16}}]}"
    return lower(load("deepcluster-v2", recipe="imagenet", overrides=[*SMALL, simple, few, *overrides]), data="folder")


def test_the_data_set_says_it() -> None:
    for data, count in (("digits", 1437), ("shapes", 4096), ("stl10", 5000)):
        method = load_recipe("deepcluster-v2", None, data=data, overrides=())
        assert method.recipe.num_train == count
    assert load("deepcluster-v2", recipe="imagenet").recipe.num_train == 1281167


def test_a_recipe_that_does_not_say_it_is_refused() -> None:
    with pytest.raises(CompileError, match=r"write them to `recipes\.imagenet\.num_train`"):
        _lowered("recipes.imagenet.num_train=null")


def test_a_folder_with_other_images_is_refused(tmp_path: Path) -> None:
    pytest.importorskip("torchvision")
    for split in ("train", "test"):
        for label in ("cat", "dog"):
            folder = tmp_path / split / label
            folder.mkdir(parents=True)
            for number in range(3):
                Image.new("RGB", (20, 20), (40 * number, 0, 0)).save(folder / f"{number}.png")
    lowered = _lowered("recipes.imagenet.num_train=5")
    with pytest.raises(DatasetError, match=r"a row for each of 5 training images, and folder has 6.*num_train=6"):
        open_data(lowered.method, lowered.networks, lowered.augmentations, lowered.data, root=tmp_path)
    lowered = _lowered("recipes.imagenet.num_train=6")
    feed, _ = open_data(lowered.method, lowered.networks, lowered.augmentations, lowered.data, root=tmp_path)
    assert len(feed.samples) == 6
