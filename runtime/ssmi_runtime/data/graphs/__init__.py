"""Graphs, each in memory as a whole.

load_graph("digits-graph").nodes     float32 [1797 256]
load_graph("cora", root="data")      from the files ind.cora.* under `data`
"""

from pathlib import Path

from ssmi_dsl.components.datasets import DATASETS
from ssmi_runtime.data.graphs import blocks, digits_graph, planetoid
from ssmi_runtime.data.graphs.graph import Graph
from ssmi_runtime.errors import DatasetError


def load_graph(name: str, *, root: str | Path | None = None, download: bool = False) -> Graph:
    """The graph `name`; `root` is the folder of those that lie on disk. Raises DatasetError, and MissingExtraError where a download needs
    an optional dependency."""
    info = DATASETS.get(name)
    if info is None or info.graph is None:
        graphs = ", ".join(known for known, each in DATASETS.items() if each.graph is not None)
        raise DatasetError(f"there is no graph `{name}`; known: {graphs}")
    match name:
        case "digits-graph":
            return digits_graph.load(info)
        case "blocks":
            return blocks.load(info)
        case _:
            return planetoid.load(info, root, download=download)


__all__ = ["Graph", "load_graph"]
