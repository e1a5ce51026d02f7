"""The embedded practice sheets: determinism, fields of one label, disjoint handwriting, and pixels that say little."""

import numpy as np
import pytest
import torch
from torch import Tensor

from ssmi_dsl.components.datasets import DATASETS
from ssmi_runtime.data import handwriting, load_dataset, load_images, sheets
from ssmi_runtime.evaluate import weighted_knn


def _fields(images: Tensor) -> Tensor:
    """[N 3 32 32] -> one field each [N 16 64], from 0 to 1."""
    parts = images[:, 0].unfold(1, sheets.SIDE, sheets.SIDE).unfold(2, sheets.SIDE, sheets.SIDE)
    return parts.reshape(len(images), sheets.FIELDS**2, sheets.SIDE**2).float() / 255


def test_shapes_and_determinism() -> None:
    info = DATASETS["digits-sheets"]
    for split, count in (("train", info.num_train), ("test", info.num_test)):
        first, second = (load_dataset("digits-sheets", split=split) for _ in range(2))
        assert len(first) == count
        assert first.images.shape[1:] == (info.channels, info.size, info.size)
        assert (first.images.dtype, first.labels.dtype) == (torch.uint8, torch.int64)
        assert torch.equal(first.images, second.images)
        assert torch.equal(first.labels, second.labels)


def test_labels_are_those_of_the_digits() -> None:
    for split in ("train", "test"):
        assert torch.equal(load_images("digits-sheets", split)[1], load_images("digits", split)[1])


@pytest.mark.parametrize("validation", [False, True])
def test_all_handwriting_is_of_the_label_and_of_the_split(validation: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    every, labels = handwriting.glyphs()
    seen: list[np.ndarray] = []

    def record(glyphs: np.ndarray, side: int, **_: np.ndarray) -> np.ndarray:
        seen.append(glyphs)
        return np.zeros((len(glyphs), side, side), dtype=np.float32)

    monkeypatch.setattr(handwriting, "draw", record)
    for split in ("train", "test"):
        _, of_sheets = sheets.load(split, validation=validation)
        sources = handwriting.sources(split, validation=validation)
        written = {
            label: {every[source].tobytes() for source in sources if labels[source] == label} for label in range(10)
        }
        shown = np.repeat(of_sheets.numpy(), sheets.FIELDS**2)
        assert all(glyph.tobytes() in written[label] for glyph, label in zip(seen[-1], shown, strict=True))


def test_settings_are_chosen_by_training_digits_alone() -> None:
    trained, held = (set(handwriting.sources(split, validation=True)) for split in ("train", "test"))
    assert not trained & held
    assert trained | held == set(handwriting.sources("train"))
    assert not set(handwriting.sources("train")) & set(handwriting.sources("test"))


def test_the_normalisation_is_that_of_the_pixels() -> None:
    images, _ = load_images("digits-sheets", "train")
    pixels, info = images.float() / 255, DATASETS["digits-sheets"]
    assert pixels.mean().item() == pytest.approx(info.mean[0], abs=0.01)
    assert pixels.std().item() == pytest.approx(info.std[0], abs=0.01)


def test_half_of_the_fields_are_white_on_black() -> None:
    fields = _fields(load_images("digits-sheets", "train")[0])
    corners = fields[..., [0, 7, 56, 63]].mean(-1)
    assert ((corners < 0.45).float().mean().item(), (corners > 0.45).float().mean().item()) == pytest.approx(
        (0.5, 0.5), abs=0.03
    )


def test_brightness_of_one_field_says_nothing_of_another() -> None:
    means = _fields(load_images("digits-sheets", "train")[0]).mean(-1)
    correlation = torch.corrcoef(means.T).fill_diagonal_(0)
    assert correlation.abs().max().item() < 0.15


def test_raw_pixels_say_little() -> None:
    (train, train_labels), (test, test_labels) = (load_images("digits-sheets", split) for split in ("train", "test"))
    pixels = [images.flatten(1).float() / 255 - 0.5 for images in (train, test)]
    accuracy = weighted_knn(pixels[0], train_labels, pixels[1], test_labels, num_classes=10)
    assert 0.2 < accuracy < 0.5
