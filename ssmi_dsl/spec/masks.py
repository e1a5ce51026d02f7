"""Masks: which patches of a view a branch does not see. The numbers of hidden and visible patches are fixed, the places are random.

    mask: {random: {ratio: 0.15}}
    mask: {block: {count: 4, scale: 0.15, context: 0.5}}

Legend: P patches of a view, G groups of hidden patches, K patches in a group, C visible patches.
"""

from math import sqrt
from typing import ClassVar, NamedTuple

from pydantic import Field

from ssmi_dsl.components.base import Params

Grid = tuple[int, int]


class Counts(NamedTuple):
    """Hidden patches of a view, in `groups` of `hidden` each, and `visible` ones. Groups may overlap, visible and hidden never do."""

    groups: int
    hidden: int
    visible: int


class PatchMask(Params):
    """Base of the masks."""

    name: ClassVar[str]

    def counts(self, grid: Grid) -> Counts:
        """How many patches of a `grid` (rows, columns) are hidden and visible. Raises ValueError when no patch may be left to see."""
        raise AssertionError(f"{type(self).__name__} counts nothing")


class RatioMask(PatchMask):
    """Base of masks that hide a share of the patches in one group."""

    ratio: float = Field(gt=0, lt=1, description="hidden share of the patches")

    def counts(self, grid: Grid) -> Counts:
        patches = grid[0] * grid[1]
        hidden = min(max(round(self.ratio * patches), 1), patches - 1)
        return Counts(1, hidden, patches - hidden)


class RandomMask(RatioMask):
    """Hidden patches are drawn uniformly, each view on its own (MSN, MAE)."""

    name: ClassVar[str] = "random"


class BlockwiseMask(RatioMask):
    """Rectangles are hidden one after another until the share is reached (Bao et al. 2022, algorithm 1); the last one is cut to fit."""

    name: ClassVar[str] = "blockwise"

    scale: float = Field(default=0.15, gt=0, le=1, description="largest area of a rectangle, as a share of the view")
    aspect: float = Field(default=0.3, gt=0, le=1, description="least height / width; the largest is its inverse")


class InverseBlockMask(RatioMask):
    """One rectangle stays visible, at a uniform place of the torus, all else is hidden (Darcet et al. 2025, CAPI)."""

    name: ClassVar[str] = "inverse-block"

    aspect: float = Field(default=0.5, gt=0, le=1, description="least height / width; the largest is its inverse")
    predicted: float = Field(
        default=1.0, gt=0, le=1, description="share of the hidden patches, drawn at random, that are predicted"
    )

    def counts(self, grid: Grid) -> Counts:
        """`hidden` patches are those that are predicted; the others are neither hidden nor visible."""
        every = super().counts(grid)
        return Counts(1, max(int(self.predicted * every.hidden), 1), every.visible)


class BlockMask(PatchMask):
    """Target blocks to predict from a context that holds none of their patches (I-JEPA).

    Blocks are `count` squares of one size; C patches of the rest are the context, where C = P - count * K is what the blocks leave at
    least, or the share `context` of P if that is less. The paper varies size and aspect ratio from batch to batch and cuts the
    context to the smallest of the batch; here the shapes are those of a compiled step.
    """

    name: ClassVar[str] = "block"

    count: int = Field(default=4, ge=1, le=16, description="G, target blocks of a view")
    scale: float = Field(default=0.175, gt=0, lt=1, description="area of a block, as a share of the view")
    context: float = Field(default=1.0, gt=0, le=1, description="largest share of the view that the context holds")

    def counts(self, grid: Grid) -> Counts:
        rows, columns = self.block(grid)
        patches, hidden = grid[0] * grid[1], rows * columns
        # overlapping blocks leave more than this; views in which none overlap leave no more
        left = patches - self.count * hidden
        if left < 1:
            raise ValueError(
                f"{self.count} blocks of {rows} x {columns} patches may cover a view of {grid[0]} x {grid[1]}; lower `scale` or `count`"
            )
        visible = max(min(left, round(self.context * patches)), 1)
        return Counts(self.count, hidden, visible)

    def block(self, grid: Grid) -> Grid:
        """Rows and columns of a block, patches."""
        rows, columns = (min(max(round(sqrt(self.scale) * side), 1), side) for side in grid)
        return rows, columns


MASKS: dict[str, type[Params]] = {mask.name: mask for mask in (RandomMask, BlockMask, BlockwiseMask, InverseBlockMask)}
