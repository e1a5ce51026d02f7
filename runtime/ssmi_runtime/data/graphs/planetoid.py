"""Cora, CiteSeer and PubMed with the public split, from the files of Yang et al. 2016 (Planetoid): ind.<name>.{x,tx,allx,y,ty,ally,graph,test.index}.

`x` are 20 nodes of each class, whose labels train, `allx` all nodes but those that test, `tx` those, in the order of `test.index`.
Features are divided by their sum, as in the code of GCN, DGI and GMI. Legend: N nodes, F features.
"""

import importlib
import pickle
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import torch

from ssmi_dsl.components.datasets import DatasetInfo, GraphInfo
from ssmi_runtime.data.graphs.graph import Graph, undirected
from ssmi_runtime.errors import DatasetError, MissingExtraError

PICKLED = ("x", "tx", "allx", "y", "ty", "ally", "graph")
# all that these files hold; a pickle may name any code, and a file from elsewhere is not trusted
_ALLOWED = {
    "collections": {"defaultdict"},
    "builtins": {"list", "int"},
    "__builtin__": {"list", "int"},
    "numpy": {"ndarray", "dtype"},
    "numpy.core.multiarray": {"_reconstruct", "scalar"},
    "numpy._core.multiarray": {"_reconstruct", "scalar"},
    "scipy.sparse.csr": {"csr_matrix"},
    "scipy.sparse._csr": {"csr_matrix"},
    "_codecs": {"encode"},
}


def load(info: DatasetInfo, root: str | Path | None, *, download: bool = False) -> Graph:
    """The graph from files in `root`, or in `root`/<name>/raw, where torch_geometric keeps them.

    The network is used only if `download` is true, by torch_geometric. Raises DatasetError without the files, MissingExtraError for a
    download without torch_geometric.
    """
    if root is None:
        raise DatasetError(f"{info.name} lies on disk: name the folder that holds it, or will hold it, as `root`")
    folder = _find(info.name, Path(root)) or (_fetch(info.name, Path(root)) if download else None)
    if folder is None:
        raise DatasetError(
            f"there is no ind.{info.name}.x in {root}, nor in {Path(root) / info.name / 'raw'}; put the files of Planetoid there, or allow the "
            "download with download=True"
        )
    try:
        parts = {name: _read(folder / f"ind.{info.name}.{name}") for name in PICKLED}
        places = np.loadtxt(folder / f"ind.{info.name}.test.index", dtype=np.int64, ndmin=1)
        return _assemble(parts, places, info)
    except (OSError, EOFError, ValueError, KeyError, IndexError, AttributeError, pickle.UnpicklingError) as error:
        raise DatasetError(f"cannot read {info.name} in {folder}: {error}") from error


def _assemble(parts: dict[str, Any], places: npt.NDArray[np.int64], info: DatasetInfo) -> Graph:
    seen, width = parts["allx"].shape
    # nodes of CiteSeer without an edge are missing among those that test: they get no features and no class
    num = max(int(places.max()) + 1, seen + len(places))
    features = np.zeros((num, width), dtype=np.float32)
    classes = np.zeros((num, parts["ally"].shape[1]), dtype=np.int64)
    features[:seen], classes[:seen] = parts["allx"].toarray(), parts["ally"]
    features[places], classes[places] = parts["tx"].toarray(), parts["ty"]
    sums = features.sum(axis=1, keepdims=True)
    features = np.divide(features, sums, out=np.zeros_like(features), where=sums != 0)
    ends = [(node, other) for node, others in parts["graph"].items() for other in others]
    edges = torch.tensor(ends, dtype=torch.int64).reshape(-1, 2).T
    return Graph(
        nodes=torch.from_numpy(features),
        adjacency=undirected(num, edges),
        labels=torch.from_numpy(classes.argmax(axis=1)),
        train=torch.arange(len(parts["y"])),
        test=torch.from_numpy(np.sort(places)),
        info=info._replace(
            size=width,
            num_classes=classes.shape[1],
            num_train=num,
            num_test=len(places),
            graph=GraphInfo(nodes=num, features=width),
        ),
    )


def _find(name: str, root: Path) -> Path | None:
    folders = (root, root / name / "raw", root / name.capitalize() / "raw")
    return next((folder for folder in folders if (folder / f"ind.{name}.x").is_file()), None)


def _fetch(name: str, root: Path) -> Path | None:
    try:
        datasets = importlib.import_module("torch_geometric.datasets")
    except ImportError as error:
        raise MissingExtraError(f"the download of {name}", "graphs") from error
    try:
        datasets.Planetoid(str(root), name)
    except (OSError, RuntimeError) as error:
        raise DatasetError(f"cannot download {name}: {error}") from error
    return _find(name, root)


def _read(path: Path) -> Any:
    with path.open("rb") as file:
        return _Unpickler(file, encoding="latin1").load()


class _Unpickler(pickle.Unpickler):
    """Arrays, sparse matrices and lists of neighbours, and nothing else."""

    def find_class(self, module: str, name: str) -> Any:
        if name in _ALLOWED.get(module, ()):
            return super().find_class(module.replace("scipy.sparse.csr", "scipy.sparse._csr"), name)
        raise pickle.UnpicklingError(f"it holds {module}.{name}, which no file of Planetoid does")
