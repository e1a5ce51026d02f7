"""CIFAR-10, CIFAR-100 and STL-10, read by torchvision. Legend: N images, S = info.size."""

from pathlib import Path
from typing import Any

import numpy as np
import torch

from ssmi_dsl.components.datasets import DatasetInfo
from ssmi_runtime.data.dataset import Dataset
from ssmi_runtime.errors import DatasetError, MissingExtraError


def load(info: DatasetInfo, split: str, root: str | Path | None, *, download: bool = False) -> Dataset:
    """uint8 [N 3 S S] from `root`, where torchvision keeps its files. The network is used only if `download` is true."""
    if root is None:
        raise DatasetError(f"{info.name} lies on disk: name the folder that holds it, or will hold it, as `root`")
    try:
        from torchvision import datasets
    except ImportError as error:
        raise MissingExtraError(f"the data set {info.name}", "vision") from error
    folder = Path(root)
    try:
        source: Any
        match info.name:
            case "cifar10":
                source = datasets.CIFAR10(folder, train=split == "train", download=download)
            case "cifar100":
                source = datasets.CIFAR100(folder, train=split == "train", download=download)
            case "stl10":
                source = datasets.STL10(folder, split="train" if split == "train" else "test", download=download)
            case _:
                raise DatasetError(f"torchvision is not asked for `{info.name}`")
    except (RuntimeError, OSError, EOFError) as error:
        remedy = "" if download else "; put it there, or allow the download with download=True"
        raise DatasetError(f"cannot read {info.name} in {folder}: {error}{remedy}") from error
    pixels = np.asarray(source.data, dtype=np.uint8)
    if info.name != "stl10":
        pixels = pixels.transpose(0, 3, 1, 2)
    labels = np.asarray(source.labels if info.name == "stl10" else source.targets, dtype=np.int64)
    return Dataset(torch.from_numpy(np.ascontiguousarray(pixels)), torch.from_numpy(labels), info.name, info)
