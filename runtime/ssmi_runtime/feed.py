"""What a step reads beside state, noise and numbers: images, or a graph. Legend: N samples of a batch, M samples in all, F features."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

import torch
from torch import Tensor

from ssmi_compiler.augment import Augmentation, ViewMaker
from ssmi_compiler.compile import has_text, needs_index, needs_labels
from ssmi_compiler.step.networks import Networks
from ssmi_dsl.components.datasets import DatasetInfo
from ssmi_dsl.spec.method import Method
from ssmi_runtime.data import load_dataset
from ssmi_runtime.data.graphs import Graph, load_graph
from ssmi_runtime.data.sampling import batch_indices
from ssmi_runtime.errors import DatasetError
from ssmi_runtime.measure import Labelled, Meter
from ssmi_runtime.measure_graph import GraphMeter


class Feed(Protocol):
    """The inputs of a step that come from the data: a function of seed and step."""

    @property
    def samples(self) -> Tensor:
        """All M training samples, as an encoder takes them for evaluation."""
        ...

    def at(self, step: int, seed: int) -> dict[str, Tensor]:
        """The inputs of one step, by name."""
        ...


@dataclass(frozen=True)
class ImageFeed:
    """Batches of images [M C H W] with labels [M] and texts [M L], in a random order in each epoch."""

    method: Method
    images: Tensor
    labels: Tensor
    texts: Tensor | None = None

    @property
    def samples(self) -> Tensor:
        return self.images

    def at(self, step: int, seed: int) -> dict[str, Tensor]:
        index = batch_indices(len(self.images), self.method.recipe.batch_size, step, seed).to(self.images.device)
        found = {"batch": self.images[index]}
        if needs_labels(self.method):
            found["labels"] = self.labels[index]
        if needs_index(self.method):
            found["index"] = index
        if has_text(self.method) and self.texts is not None:
            found["text"] = self.texts[index]
        return found


@dataclass(frozen=True)
class GraphFeed:
    """The whole graph, its nodes in their order, in every step; of a smaller batch, random nodes with the edges among them."""

    method: Method
    graph: Graph

    @property
    def samples(self) -> Tensor:
        return self.graph.nodes

    def at(self, step: int, seed: int) -> dict[str, Tensor]:
        batch, device = self.method.recipe.batch_size, self.graph.nodes.device
        is_whole = batch == len(self.graph)
        index = torch.arange(batch) if is_whole else batch_indices(len(self.graph), batch, step, seed)
        index = index.to(device)
        nodes, adjacency = (self.graph.nodes, self.graph.adjacency) if is_whole else self.graph.induced(index)
        found = {"batch": nodes, "adjacency": adjacency}
        if needs_labels(self.method):
            found["labels"] = self.graph.labels[index]
        if needs_index(self.method):
            found["index"] = index
        return found


def open_data(
    method: Method,
    networks: Networks,
    augmentations: tuple[ViewMaker, ...],
    info: DatasetInfo,
    *,
    device: str = "cpu",
    root: Path | None = None,
    download: bool = False,
) -> tuple[Feed, Meter | GraphMeter]:
    """The data set `info` on `device`: what feeds the steps of `method`, and what measures its networks. Raises DatasetError."""
    if info.graph is not None:
        graph = load_graph(info.name, root=root, download=download)
        return feed_graph(method, networks, graph, device=device)
    data: dict[str, Labelled] = {}
    texts: dict[str, Tensor] = {}
    for split in ("train", "test"):
        loaded = load_dataset(info.name, split=split, root=root, download=download)
        data[split] = (loaded.images.to(device), loaded.labels.to(device))
        if loaded.texts is not None:
            texts[split] = loaded.texts.to(device)
    found, recipe = len(data["train"][0]), method.recipe
    if needs_index(method) and found != recipe.num_train:
        raise DatasetError(
            f"the objective keeps a row for each of {recipe.num_train} training images, and {info.name} has {found}; "
            f"compile with --set recipes.{recipe.name}.num_train={found}"
        )
    return feed_images(method, networks, augmentations, info, data, texts)


def feed_images(
    method: Method,
    networks: Networks,
    augmentations: tuple[ViewMaker, ...],
    info: DatasetInfo,
    data: Mapping[str, Labelled],
    texts: Mapping[str, Tensor],
) -> tuple[ImageFeed, Meter]:
    """Feed and meter of images that are loaded already, by split."""
    views = tuple(view for view in augmentations if isinstance(view, Augmentation))
    images, labels = data["train"]
    return ImageFeed(method, images, labels, texts.get("train")), Meter(method, networks, views, info, data, texts)


def feed_graph(
    method: Method, networks: Networks, graph: Graph, *, device: str = "cpu"
) -> tuple[GraphFeed, GraphMeter]:
    """Feed and meter of a graph that is loaded already."""
    tensors = (each.to(device) for each in (graph.nodes, graph.adjacency, graph.labels, graph.train, graph.test))
    moved = Graph(*tensors, info=graph.info)
    return GraphFeed(method, moved), GraphMeter(method, networks, moved)
