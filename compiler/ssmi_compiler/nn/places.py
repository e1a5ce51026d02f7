"""Where the tokens of a grid stand: as a code that is added to them, or as angles by which attention turns them.

Legend: N batch, P places of a grid, H rows, W columns, T tokens, F features, D features of an attention head.
"""

from dataclasses import dataclass
from math import log

import torch
from torch import Tensor

from ssmi_dsl.spec.masks import Grid


@dataclass(frozen=True)
class Places:
    """Gives tokens their places on a grid, which is spread over the extent of `reference` rows and columns.

    `turned` is D where queries and keys are turned, and None where a code is added to the tokens.
    """

    reference: Grid
    turned: int | None

    def __call__(self, z: Tensor, grid: Grid, *, at: Tensor | None = None) -> tuple[Tensor, Tensor | None]:
        """Tokens z [N T F] at the places `at` [N T], or at all of them in order -> tokens with their code, and no angles; or the tokens
        as they are, and angles [N T D], [T D] of all places.

        Both are float32 at least, as the norms: under autocast only products are narrow, the sum that runs through the blocks is not.
        """
        if self.turned is None:
            return z + _taken(positions(grid, z.shape[2], reference=self.reference, device=z.device), at), None
        angles = _taken(rotations(grid, self.turned, reference=self.reference, device=z.device), at)
        return z.to(torch.promote_types(z.dtype, angles.dtype)), angles


def positions(grid: Grid, width: int, *, reference: Grid, device: torch.device) -> Tensor:
    """Sine-cosine code of every place of a grid, [P width]: half of the features for rows, half for columns (He et al. 2022, MAE).

    The places of a grid of another size than `reference` are spread over the same extent, as interpolated learned positions are.
    """
    rows, columns = _angles(grid, width // 4, base=10_000.0, reference=reference, device=device)
    rows, columns = (torch.cat([angle.sin(), angle.cos()], dim=1) for angle in (rows, columns))
    return _grid_of(rows, columns)


def rotations(grid: Grid, width: int, *, reference: Grid, device: torch.device) -> Tensor:
    """Angle by which each pair of a head's features is turned at every place, [P width], radians; pairs are `width / 2` apart.

    Heo et al. 2024 (arXiv:2403.13298), section 3.2, axial frequencies 100^(-4t/width): half of the pairs for rows, half for columns.
    """
    half = _grid_of(*_angles(grid, width // 4, base=100.0, reference=reference, device=device))
    return torch.cat([half, half], dim=1)


def turn(x: Tensor, angles: Tensor | None) -> Tensor:
    """Queries or keys x [N heads T D] turned by their places, angles [T D] or [N T D]; None: as they are."""
    if angles is None:
        return x
    if angles.dim() == 3:
        angles = angles[:, None]
    first, second = x.chunk(2, dim=3)
    return (x * angles.cos() + torch.cat([-second, first], dim=3) * angles.sin()).to(x.dtype)


def take(x: Tensor, places: Tensor) -> Tensor:
    """x [N P F], places [N T] -> [N T F]."""
    return x.gather(1, places[:, :, None].expand(-1, -1, x.shape[2]))


def _angles(grid: Grid, num: int, *, base: float, reference: Grid, device: torch.device) -> tuple[Tensor, Tensor]:
    """Place times frequency base^(-t/num), radians: of rows [H num] and of columns [W num]."""
    frequencies = torch.exp(torch.arange(num, device=device) * (-log(base) / num))
    at = [
        (torch.arange(places, device=device) + 0.5) * (extent / places) - 0.5
        for places, extent in zip(grid, reference, strict=True)
    ]
    return at[0][:, None] * frequencies, at[1][:, None] * frequencies


def _grid_of(rows: Tensor, columns: Tensor) -> Tensor:
    """Codes of rows [H K] and columns [W K] -> codes of places [H*W 2K]."""
    height, width = rows.shape[0], columns.shape[0]
    return torch.cat([rows[:, None].expand(-1, width, -1), columns[None].expand(height, -1, -1)], dim=2).flatten(0, 1)


def _taken(code: Tensor, at: Tensor | None) -> Tensor:
    """code [P F], at [N T] -> [N T F]; all of it without `at`."""
    return code if at is None else take(code.expand(at.shape[0], -1, -1), at)
