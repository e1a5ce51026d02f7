"""What every graph is once loaded."""

from dataclasses import dataclass

import torch
from torch import Tensor

from ssmi_dsl.components.datasets import DatasetInfo


@dataclass(frozen=True, slots=True)
class Graph:
    """One undirected graph, in memory. Legend: N nodes, F features, A nodes that train a probe, B nodes that test it.

    `nodes`: float32 [N F]. `adjacency`: float32 [N N], 1 where two nodes have an edge, symmetric, 0 on the diagonal; 4 N² bytes. `labels`:
    int64 [N]. `train`, `test`: int64 [A] and [B], numbers of nodes without one in common. All nodes and edges are seen in training;
    only labels are split.
    """

    nodes: Tensor
    adjacency: Tensor
    labels: Tensor
    train: Tensor
    test: Tensor
    info: DatasetInfo

    def __len__(self) -> int:
        return len(self.nodes)

    def induced(self, index: Tensor) -> tuple[Tensor, Tensor]:
        """Features and edges of the nodes `index` [M] and among them: [M F], [M M]."""
        return self.nodes[index], self.adjacency[index][:, index]


def undirected(num: int, ends: Tensor) -> Tensor:
    """Edges int64 [2 E] in any direction, repeated or from a node to itself -> adjacency float32 [num num] as of `Graph`."""
    adjacency = torch.zeros(num, num)
    adjacency[ends[0], ends[1]] = 1.0
    adjacency[ends[1], ends[0]] = 1.0
    return adjacency.fill_diagonal_(0.0)


def standardized(features: Tensor) -> Tensor:
    """[N F] -> [N F], every feature of mean 0 and variance 1 over all nodes; one that is constant becomes 0."""
    centred = features - features.mean(dim=0)
    deviation = centred.square().mean(dim=0).sqrt()
    return centred / torch.where(deviation > 1e-6, deviation, torch.ones_like(deviation))
