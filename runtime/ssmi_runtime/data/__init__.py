"""Data sets, each held as one tensor.

    load_dataset("digits", split="train").images     uint8 [1437 3 32 32]
    load_dataset("gaussian", split="test", params={"dim": 4, "rho": 0.8})
    load_dataset("cifar10", split="train", root="data", download=True)

Nothing is fetched from the network unless `download` is true.
"""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from torch import Tensor

from ssmi_dsl.components.datasets import DATASETS
from ssmi_runtime.data import digits, folder, gaussian, shapes, sheets, torchvision_sets
from ssmi_runtime.data.dataset import Dataset
from ssmi_runtime.errors import DatasetError

SPLITS = ("train", "test")
_PARAMS: dict[str, frozenset[str]] = {
    "shapes": frozenset({"num", "seed"}),
    "gaussian": frozenset({"num", "dim", "rho", "seed"}),
    "folder": frozenset({"size"}),
}


def load_dataset(
    name: str,
    *,
    split: str,
    root: str | Path | None = None,
    download: bool = False,
    params: Mapping[str, Any] | None = None,
) -> Dataset:
    """The split `train` or `test` of the data set `name`.

    `root` is the folder of those that lie on disk; `params` are `num`, `seed` of shapes, `num`, `dim`, `rho`, `seed` of gaussian and
    `size` of folder. Raises DatasetError, and MissingExtraError where a data set needs an optional dependency.
    """
    if name not in DATASETS:
        raise DatasetError(f"there is no data set `{name}`; known: {', '.join(DATASETS)}")
    if split not in SPLITS:
        raise DatasetError(f"{name} has no split `{split}`; choose `train` or `test`")
    options = dict(params or {})
    if unknown := options.keys() - _PARAMS.get(name, frozenset()):
        known = ", ".join(sorted(_PARAMS.get(name, ()))) or "none"
        raise DatasetError(f"{name} has no parameter `{min(unknown)}`; it has: {known}")
    info = DATASETS[name]
    if info.graph is not None:
        raise DatasetError(
            f"{name} is a graph, which has no splits of samples: ssmi_runtime.data.graphs.load_graph reads it"
        )
    match name:
        case "digits":
            images, labels = digits.load(split)
            return Dataset(images, labels, name, info)
        case "digits-sheets":
            images, labels = sheets.load(split)
            return Dataset(images, labels, name, info)
        case "shapes":
            return shapes.load(info, split, **options)
        case "gaussian":
            return gaussian.load(info, split, **options)
        case "folder":
            return folder.load(info, split, root, **options)
        case _:
            return torchvision_sets.load(info, split, root, download=download)


def load_images(
    name: str, split: str, *, root: str | Path | None = None, download: bool = False
) -> tuple[Tensor, Tensor]:
    """uint8 images [N C S S] and int64 labels [N]; arguments and errors as `load_dataset`, and DatasetError for pairs of vectors."""
    dataset = load_dataset(name, split=split, root=root, download=download)
    if dataset.info.kind != "images":
        raise DatasetError(f"{name} holds pairs of vectors, not images")
    return dataset.images, dataset.labels


__all__ = ["SPLITS", "Dataset", "load_dataset", "load_images"]
