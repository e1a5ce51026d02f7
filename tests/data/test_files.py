"""Data sets on disk: image folders, and torchvision's without the network."""

import sys
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from ssmi_runtime.data import load_dataset
from ssmi_runtime.errors import DatasetError, MissingExtraError


def write(path: Path, color: tuple[int, int, int]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.fromarray(np.full((20, 30, 3), color, dtype=np.uint8)).save(path)


def test_folder(tmp_path: Path) -> None:
    for split in ("train", "test"):
        write(tmp_path / split / "a" / "1.png", (255, 0, 0))
        write(tmp_path / split / "b" / "2.png", (0, 0, 255))
    data = load_dataset("folder", split="test", root=tmp_path, params={"size": 16})
    assert data.images.shape == (2, 3, 16, 16)
    assert data.images[:, :, 8, 8].tolist() == [[255, 0, 0], [0, 0, 255]]
    assert data.labels.tolist() == [0, 1]
    assert (data.info.num_classes, data.info.size, data.info.num_test) == (2, 16, 2)


def test_folder_errors(tmp_path: Path) -> None:
    with pytest.raises(DatasetError, match="`root`"):
        load_dataset("folder", split="train")
    with pytest.raises(DatasetError, match="no folder"):
        load_dataset("folder", split="train", root=tmp_path)
    (tmp_path / "train" / "a").mkdir(parents=True)
    with pytest.raises(DatasetError, match="no images"):
        load_dataset("folder", split="train", root=tmp_path)
    (tmp_path / "train" / "a" / "bad.png").write_bytes(b"not an image")
    with pytest.raises(DatasetError, match=r"bad\.png"):
        load_dataset("folder", split="train", root=tmp_path)
    (tmp_path / "test" / "z").mkdir(parents=True)
    with pytest.raises(DatasetError, match="class `z`"):
        load_dataset("folder", split="test", root=tmp_path)


@pytest.mark.parametrize("name", ["cifar10", "cifar100", "stl10"])
def test_nothing_is_fetched_unasked(name: str, tmp_path: Path) -> None:
    pytest.importorskip("torchvision")
    with pytest.raises(DatasetError, match="download=True"):
        load_dataset(name, split="train", root=tmp_path)
    with pytest.raises(DatasetError, match="`root`"):
        load_dataset(name, split="train")


def test_the_missing_extra_is_named(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setitem(sys.modules, "torchvision", None)
    with pytest.raises(MissingExtraError, match=r"ssmi\[vision\]"):
        load_dataset("cifar10", split="train", root=tmp_path)
