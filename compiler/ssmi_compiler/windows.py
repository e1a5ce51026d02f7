"""Windows of patches, drawn on the CPU, outside the step, from a seeded generator. Legend: N samples, P patches of a view."""

from dataclasses import dataclass

import torch
from torch import Tensor

from ssmi_dsl.components.backbones import Patches
from ssmi_dsl.spec.masks import Grid


@dataclass(frozen=True, slots=True)
class Windows:
    """What a step sees of each patch of every view, with the views' grids of patches (rows, columns)."""

    declared: Patches
    grids: tuple[Grid, ...]

    def draw(self, generator: torch.Generator, num: int) -> dict[str, Tensor]:
        """`mask<view>/windows` int64 [N P 2]: the first row and the first column of the window inside its patch, uniform."""
        room = self.declared.size - (self.declared.crop or self.declared.size)
        return {
            f"mask{view}/windows": torch.randint(0, room + 1, (num, rows * columns, 2), generator=generator)
            for view, (rows, columns) in enumerate(self.grids)
        }
