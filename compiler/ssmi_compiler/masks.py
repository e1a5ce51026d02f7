"""Masks drawn on the CPU, outside the step, from a seeded generator: places of hidden and of visible patches.

Legend: N samples, P patches of a view, B rectangles, G groups of hidden patches, K patches in a group, C visible patches.
"""

from dataclasses import dataclass
from math import log, sqrt

import torch
from torch import Tensor

from ssmi_dsl.spec.masks import BlockMask, BlockwiseMask, Grid, InverseBlockMask, PatchMask, RandomMask

# rectangles that are drawn to reach a share of hidden patches; what they leave to hide is hidden patch by patch
MAX_RECTANGLES = 64


@dataclass(frozen=True, slots=True)
class Masks:
    """The declared mask of each global view, with its grid of patches (rows, columns)."""

    declared: PatchMask
    grids: tuple[Grid, ...]

    def draw(self, generator: torch.Generator, num: int) -> dict[str, Tensor]:
        """`mask<view>/visible` int64 [N C] and `mask<view>/hidden` int64 [N G K], places in ascending order."""
        drawn: dict[str, Tensor] = {}
        for view, grid in enumerate(self.grids):
            visible, hidden = draw_places(self.declared, grid, generator, num)
            drawn.update({f"mask{view}/visible": visible, f"mask{view}/hidden": hidden})
        return drawn


def draw_places(declared: PatchMask, grid: Grid, generator: torch.Generator, num: int) -> tuple[Tensor, Tensor]:
    """Visible places [N C] and hidden places [N G K] of `num` samples."""
    counts, size = declared.counts(grid), grid[0] * grid[1]
    noise = torch.rand(num, size, generator=generator)
    if isinstance(declared, BlockMask):
        rows, columns = declared.block(grid)
        blocks = _rectangles(
            grid,
            generator,
            height=torch.full((num, counts.groups), rows),
            width=torch.full((num, counts.groups), columns),
        )
        hidden = blocks.flatten(2).long().topk(counts.hidden, dim=2).indices.sort(dim=2).values
        # patches of the blocks come last, the others in random order
        order = noise + blocks.any(dim=1).flatten(1)
        return order.argsort(dim=1)[:, : counts.visible].sort(dim=1).values, hidden
    match declared:
        case RandomMask():
            order = noise
        case BlockwiseMask():
            order = noise + _cover_times(declared, grid, generator, num)
        case InverseBlockMask():
            order = noise + _outside_first(declared, grid, generator, num, visible=counts.visible)
        case _:
            raise AssertionError(f"no way to draw {type(declared).__name__}")
    order = order.argsort(dim=1)
    unseen = size - counts.visible
    hidden, visible = order[:, :unseen], order[:, unseen:].sort(dim=1).values
    if counts.hidden < unseen:
        chosen = torch.rand(num, unseen, generator=generator).argsort(dim=1)[:, : counts.hidden]
        hidden = hidden.gather(1, chosen)
    return visible, hidden.sort(dim=1).values[:, None]


def _rectangles(grid: Grid, generator: torch.Generator, *, height: Tensor, width: Tensor) -> Tensor:
    """Rectangles of height and width [N B] at uniform places inside the grid -> bool [N B rows columns]."""
    covered: list[Tensor] = []
    for side, length in zip(grid, (height, width), strict=True):
        start = (torch.rand(length.shape, generator=generator) * (side - length + 1)).floor().clamp(max=side - length)
        place = torch.arange(side)
        covered.append((place >= start[..., None]) & (place < (start + length)[..., None]))
    rows, columns = covered
    return rows[..., :, None] & columns[..., None, :]


def _cover_times(declared: BlockwiseMask, grid: Grid, generator: torch.Generator, num: int) -> Tensor:
    """The number of the first rectangle that covers each patch, [N P]; MAX_RECTANGLES where none does."""
    patches = grid[0] * grid[1]
    least, most = min(4.0 / patches, declared.scale), declared.scale
    area = patches * (least + (most - least) * torch.rand(num, MAX_RECTANGLES, generator=generator))
    turn = torch.rand(num, MAX_RECTANGLES, generator=generator) * 2 - 1
    aspect = torch.exp(turn * log(1 / declared.aspect))
    height = (area * aspect).sqrt().round().clamp(1, grid[0])
    width = (area / aspect).sqrt().round().clamp(1, grid[1])
    covered = _rectangles(grid, generator, height=height, width=width).flatten(2)
    numbers = torch.arange(MAX_RECTANGLES)[None, :, None]
    return torch.where(covered, numbers, MAX_RECTANGLES).amin(dim=1).float()


def _outside_first(
    declared: InverseBlockMask, grid: Grid, generator: torch.Generator, num: int, *, visible: int
) -> Tensor:
    """0 outside a rectangle of about `visible` patches, more the deeper inside of it, [N P]; the rectangle wraps around the borders."""
    turn = torch.rand(num, generator=generator) * 2 - 1
    height = (visible * torch.exp(turn * log(1 / declared.aspect))).sqrt().clamp(sqrt(visible) * 0.5, grid[0])
    distance = torch.zeros(num, *grid)
    half = (height / 2, (visible / height).clamp(max=grid[1]) / 2)
    for dim, (side, reach) in enumerate(zip(grid, half, strict=True)):
        centre = (torch.rand(num, generator=generator) * side).floor()
        away = (torch.arange(side)[None] - centre[:, None]).abs()
        away = torch.minimum(away, side - away) / reach[:, None]
        distance = torch.maximum(distance, away[:, :, None] if dim == 0 else away[:, None, :])
    # ranks of the patches from the outermost inwards: whole numbers, so that noise below 1 settles ties only
    return torch.searchsorted(
        distance.flatten(1).neg().sort(dim=1).values, distance.flatten(1).neg().contiguous()
    ).float()
