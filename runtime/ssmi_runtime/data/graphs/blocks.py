"""A stochastic block model: nodes of K classes, an edge between two nodes by chance, likelier within a class (Holland et al. 1983).

Features are noisy: a node's class moves a few of them by less than their noise.
"""

import numpy as np
import torch

from ssmi_dsl.components.datasets import DatasetInfo
from ssmi_runtime.data.graphs.graph import Graph, standardized, undirected

WITHIN, BETWEEN = 0.06, 0.006
# shift of a class's own features, in standard deviations of the noise
SIGNAL = 0.4
SEED = 0


def load(info: DatasetInfo) -> Graph:
    """Always the same graph: classes of one size, a node of every class in turn; half of the nodes test."""
    assert info.graph is not None
    num, width, classes = info.graph.nodes, info.graph.features, info.num_classes
    random = np.random.default_rng(SEED)
    labels = np.arange(num) % classes
    chance = np.where(labels[:, None] == labels[None, :], WITHIN, BETWEEN)
    ends = np.stack(np.nonzero(np.triu(random.random((num, num)) < chance, k=1)))
    own = np.arange(width) % classes
    features = random.normal(size=(num, width)) + SIGNAL * (labels[:, None] == own[None, :])
    order = torch.from_numpy(random.permutation(num))
    half = num // 2
    return Graph(
        nodes=standardized(torch.from_numpy(features).float()),
        adjacency=undirected(num, torch.from_numpy(ends)),
        labels=torch.from_numpy(labels),
        train=order[:half],
        test=order[half:],
        info=info,
    )
