"""The embedded digits: shapes, determinism, disjoint sources, and pixels that say little."""

import hashlib

import numpy as np
import pytest
import torch
from sklearn.datasets import load_digits

from ssmi_dsl.components.datasets import DATASETS
from ssmi_runtime.data import digits, load_dataset, load_images
from ssmi_runtime.errors import DatasetError
from ssmi_runtime.evaluate import weighted_knn


def test_shapes_and_determinism() -> None:
    for split in ("train", "test"):
        first, second = load_dataset("digits", split=split), load_dataset("digits", split=split)
        info = DATASETS["digits"]
        assert len(first) == (info.num_train if split == "train" else info.num_test)
        assert first.images.shape[1:] == (info.channels, info.size, info.size)
        assert first.images.dtype == torch.uint8
        assert first.labels.dtype == torch.int64
        assert torch.equal(first.images, second.images)
        assert torch.equal(first.labels, second.labels)
        assert set(first.labels.tolist()) == set(range(10))


def test_no_handwriting_is_in_both_splits(monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[set[str]] = []

    def record(glyph: np.ndarray, others: np.ndarray, random: np.random.Generator) -> np.ndarray:
        seen[-1].add(hashlib.sha256(np.ascontiguousarray(glyph).tobytes()).hexdigest())
        return np.zeros((digits.SIZE, digits.SIZE), dtype=np.uint8)

    monkeypatch.setattr(digits, "_render", record)
    for split in ("train", "test"):
        seen.append(set())
        digits.load(split)
    train, test = seen
    assert not train & test
    assert len(train | test) == len(np.unique(np.asarray(load_digits(return_X_y=True)[0]), axis=0))
    seen.append(set())
    validation = {split: digits.load(split, validation=True) for split in ("train", "test")}
    assert seen[-1] == train, "settings are chosen by training digits only"
    assert [len(validation[split][1]) for split in ("train", "test")] == [1437 - 288, 2 * 288]


def test_the_normalisation_is_that_of_the_pixels() -> None:
    images, _ = load_images("digits", "train")
    pixels, info = images.float() / 255, DATASETS["digits"]
    assert pixels.mean().item() == pytest.approx(info.mean[0], abs=0.01)
    assert pixels.std().item() == pytest.approx(info.std[0], abs=0.01)


@pytest.mark.parametrize("angle", [0.0, 0.5])
def test_a_glyph_lies_where_it_is_placed(angle: float) -> None:
    cover = digits._place(np.ones((8, 8), dtype=np.float32), angle=angle, size=12.0, middle=np.array([6.0, -4.0]))
    y, x = np.mgrid[: digits.SIZE, : digits.SIZE] - (digits.SIZE - 1) / 2
    mass = cover.sum()
    assert mass == pytest.approx(12.0**2, rel=0.05)
    assert ((cover * x).sum() / mass, (cover * y).sum() / mass) == pytest.approx((6.0, -4.0), abs=0.05)


def test_raw_pixels_say_little() -> None:
    (train, train_labels), (test, test_labels) = load_images("digits", "train"), load_images("digits", "test")
    pixels = [images.flatten(1).float() / 255 - 0.5 for images in (train, test)]
    accuracy = weighted_knn(pixels[0], train_labels, pixels[1], test_labels, num_classes=10)
    assert 0.2 < accuracy < 0.6


def test_unknown_names_splits_and_parameters() -> None:
    with pytest.raises(DatasetError, match="known: digits, digits-sheets, shapes"):
        load_dataset("mnist", split="train")
    with pytest.raises(DatasetError, match="no split `val`"):
        load_dataset("digits", split="val")
    with pytest.raises(DatasetError, match="no parameter `num`"):
        load_dataset("digits", split="train", params={"num": 3})
    with pytest.raises(DatasetError, match="pairs of vectors"):
        load_images("gaussian", "train")
