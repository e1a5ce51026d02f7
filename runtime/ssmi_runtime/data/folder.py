"""A folder of images, <root>/<split>/<class>/<image>: short side resized, centre cropped. Legend: N images, S pixels.

All images are held in memory, N * 3 * S * S bytes.
"""

from pathlib import Path

import numpy as np
import torch

from ssmi_dsl.components.datasets import DatasetInfo
from ssmi_runtime.data.dataset import Dataset
from ssmi_runtime.errors import DatasetError, MissingExtraError

SUFFIXES = frozenset({".jpg", ".jpeg", ".png", ".bmp", ".webp", ".ppm", ".tif", ".tiff"})


def load(info: DatasetInfo, split: str, root: str | Path | None, *, size: int | None = None) -> Dataset:
    """uint8 [N 3 S S]; classes are the folders of `train` in sorted order. Raises DatasetError with the path that is wrong."""
    if root is None:
        raise DatasetError("folder needs `root`: the folder that holds train/<class>/<image> and test/<class>/<image>")
    side = info.size if size is None else size
    if side < 1:
        raise DatasetError(f"folder needs size >= 1, got {side}")
    classes = _classes(Path(root) / "train")
    base = Path(root) / split
    if extra := sorted(set(_classes(base)) - set(classes)):
        raise DatasetError(f"{base} has the class `{extra[0]}`, which {Path(root) / 'train'} has not")
    files = [
        (path, label)
        for label, name in enumerate(classes)
        for path in sorted((base / name).rglob("*"))
        if path.is_file() and path.suffix.lower() in SUFFIXES
    ]
    if not files:
        raise DatasetError(f"{base} holds no images; known endings: {', '.join(sorted(SUFFIXES))}")
    images = torch.empty(len(files), 3, side, side, dtype=torch.uint8)
    for index, (path, _) in enumerate(files):
        images[index] = _read(path, side)
    labels = torch.tensor([label for _, label in files], dtype=torch.int64)
    numbers = {"num_train" if split == "train" else "num_test": len(files)}
    return Dataset(images, labels, info.name, info._replace(size=side, num_classes=len(classes), **numbers))


def _classes(base: Path) -> list[str]:
    if not base.is_dir():
        raise DatasetError(f"there is no folder {base}")
    names = sorted(path.name for path in base.iterdir() if path.is_dir() and not path.name.startswith("."))
    if not names:
        raise DatasetError(f"{base} holds no folders; make one for each class")
    return names


def _read(path: Path, side: int) -> torch.Tensor:
    try:
        from PIL import Image, ImageOps
    except ImportError as error:
        raise MissingExtraError("reading image files", "vision") from error
    try:
        with Image.open(path) as file:
            image = ImageOps.fit(file.convert("RGB"), (side, side), Image.Resampling.BILINEAR)
    except OSError as error:
        raise DatasetError(f"cannot read the image {path}: {error}") from error
    return torch.from_numpy(np.array(image, dtype=np.uint8)).permute(2, 0, 1)
