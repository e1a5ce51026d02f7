"""The embedded graph: scikit-learn's 1,797 handwritten digits, joined to their nearest neighbours.

An edge joins a digit to its 5 nearest neighbours by the pixels of the scan. The features of a node are those of another picture: the
cluttered drawing of the data set `digits`, half as large, each pixel standardised. So features alone say little about the digit, and the
edges, which are right in 97 of 100 cases, say what the features of a node have in common with those of its neighbours.
"""

from typing import Any

import torch
from sklearn.datasets import load_digits
from sklearn.neighbors import kneighbors_graph
from torch.nn import functional as F

from ssmi_dsl.components.datasets import DatasetInfo
from ssmi_runtime.data import digits, handwriting
from ssmi_runtime.data.graphs.graph import Graph, standardized, undirected

NEIGHBOURS = 5
POOL = 2


def load(info: DatasetInfo) -> Graph:
    """Always the same graph. The labels that test are those of the digits that test in the data set `digits`."""
    source: Any = load_digits()
    order = torch.tensor(handwriting.order())
    pairs = kneighbors_graph(source.data, NEIGHBOURS, mode="connectivity").tocoo()
    adjacency = undirected(len(order), torch.stack([torch.from_numpy(pairs.row), torch.from_numpy(pairs.col)]).long())
    drawn = F.avg_pool2d(digits.draw_all()[:, :1].float() / 255, POOL).flatten(1)
    return Graph(
        nodes=standardized(drawn),
        adjacency=adjacency,
        labels=torch.from_numpy(source.target).long(),
        train=order[handwriting.NUM_TEST :],
        test=order[: handwriting.NUM_TEST],
        info=info,
    )


def for_validation(graph: Graph) -> Graph:
    """The graph with the labels that train split once more, to choose settings by; no label of the test nodes is among them."""
    held_out, rest = graph.train[: handwriting.NUM_VALIDATION], graph.train[handwriting.NUM_VALIDATION :]
    return Graph(graph.nodes, graph.adjacency, graph.labels, rest, held_out, graph.info)
