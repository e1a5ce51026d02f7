"""The views of a graph: node features as they are, or those of other nodes. Legend: N nodes, F features."""

from collections.abc import Mapping
from typing import Literal, Protocol

import torch
from torch import Tensor

from ssmi_compiler.augment.operation import Size


class ViewMaker(Protocol):
    """What makes one view of a batch, from noise that is drawn outside the step."""

    def output_size(self, size: Size) -> Size:
        """Height and width of a view, from those of the samples."""
        ...

    def draw(self, generator: torch.Generator, num: int, size: tuple[int, ...]) -> dict[str, Tensor]:
        """Noise for `num` samples on the CPU."""
        ...

    def __call__(self, images: Tensor, noise: Mapping[str, Tensor]) -> Tensor:
        """The view, float32."""
        ...


class GraphView:
    """Node features [N F] as they are, or, corrupted by `shuffle`, in a random order of the nodes. Edges are an input of their own."""

    def __init__(self, corrupt: Literal["none", "shuffle"]) -> None:
        self.corrupt = corrupt

    def output_size(self, size: Size) -> Size:
        return size

    def draw(self, generator: torch.Generator, num: int, size: tuple[int, ...]) -> dict[str, Tensor]:
        """`order` int64 [N], a permutation, where the view is corrupted."""
        return {} if self.corrupt == "none" else {"order": torch.randperm(num, generator=generator)}

    def __call__(self, images: Tensor, noise: Mapping[str, Tensor]) -> Tensor:
        return images if self.corrupt == "none" else images.index_select(0, noise["order"])
