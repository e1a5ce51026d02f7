"""What is measured sees images as training does, and the side that sees images. Legend: N images, F features."""

import pytest
import torch

from ssmi_compiler.compile import lower
from ssmi_compiler.step.networks import initial_state
from ssmi_dsl.load import load
from ssmi_runtime.feed import feed_images
from ssmi_runtime.measure import Meter

N = 64


def _meter(name: str, data: str, *overrides: str) -> tuple[Meter, dict[str, torch.Tensor]]:
    """The meter of a method on a few random images, and the initial state of its networks."""
    lowered = lower(load(name, recipe="digits", overrides=["recipes.digits.batch_size=4", *overrides]), data=data)
    generator = torch.Generator().manual_seed(0)
    images = torch.randint(0, 256, (N, 3, 32, 32), generator=generator, dtype=torch.uint8)
    labelled = (images, torch.arange(N) % 2)
    texts = torch.randint(1, 35, (N, 12), generator=generator)
    splits = {"train": labelled, "test": labelled}
    info = lowered.data
    _, meter = feed_images(
        lowered.method, lowered.networks, lowered.augmentations, info, splits, {"train": texts, "test": texts}
    )
    state = initial_state(lowered.method, lowered.networks, seed=0)
    return meter, {f"state/{key}": value for key, value in state.items()}


@pytest.mark.parametrize(("mean", "std"), [([0.1, 0.2, 0.3], [0.4, 0.5, 0.6]), ([0.3], [0.1])])
def test_whole_images_are_normalised_as_views_are(mean: list[float], std: list[float]) -> None:
    said = f"recipes.digits.method.views.augment=[normalize: {{mean: {mean}, std: {std}}}]"
    meter, state = _meter("jmi", "digits", said)
    images, _ = meter.data["test"]
    view = meter.augmentations[0](images, {})
    torch.testing.assert_close(
        meter.embed(state, "shared", images, upto="encoder"), meter.embed(state, "shared", view, upto="encoder")
    )


def test_without_a_normalisation_of_its_own_that_of_the_data_set_is_taken() -> None:
    meter, state = _meter("jmi", "digits", "recipes.digits.method.views.augment=none")
    images, _ = meter.data["test"]
    view = meter.augmentations[0](images, {})
    torch.testing.assert_close(
        meter.embed(state, "shared", images, upto="encoder"), meter.embed(state, "shared", view, upto="encoder")
    )


def test_images_are_evaluated_whichever_side_is_the_anchor() -> None:
    found = []
    for ends in ("{a: image, b: text}", "{a: text, b: image}"):
        meter, state = _meter("clip", "shapes", f"objective.on={ends}")
        found.append({**meter.accuracies(state), **meter.monitors(state)})
    assert found[0] == pytest.approx(found[1])
    assert found[0]["feature_std"] > 0
