"""Masks: fixed counts, disjoint parts, the declared shapes, and numbers from the generator alone. Legend: N samples, P patches."""

from typing import Annotated, Any

import pytest
import torch
from pydantic import TypeAdapter
from torch import Tensor

from ssmi_compiler.masks import Masks, draw_places
from ssmi_dsl.components.choice import OneOf
from ssmi_dsl.spec.masks import MASKS, BlockMask, Counts, InverseBlockMask, PatchMask, RandomMask

N = 200
DECLARED: dict[str, dict[str, Any]] = {
    "random": {"ratio": 0.3},
    "blockwise": {"ratio": 0.4},
    "inverse-block": {"ratio": 0.65},
    "block": {"count": 4, "scale": 0.15},
}


def _mask(name: str) -> PatchMask:
    adapter: TypeAdapter[PatchMask] = TypeAdapter(Annotated[PatchMask, OneOf(MASKS)])
    return adapter.validate_python({name: DECLARED[name]})


def _covered(places: Tensor, patches: int) -> Tensor:
    """[N ...] places -> bool [N P]."""
    flat = places.flatten(1)
    return torch.zeros(len(flat), patches, dtype=torch.bool).scatter(1, flat, torch.ones_like(flat, dtype=torch.bool))


@pytest.mark.parametrize("grid", [(8, 8), (6, 14)])
@pytest.mark.parametrize("name", DECLARED)
def test_counts_are_those_declared_and_visible_patches_are_never_hidden(name: str, grid: tuple[int, int]) -> None:
    declared, patches = _mask(name), grid[0] * grid[1]
    visible, hidden = draw_places(declared, grid, torch.Generator().manual_seed(0), N)
    counts = declared.counts(grid)
    assert visible.shape == (N, counts.visible)
    assert hidden.shape == (N, counts.groups, counts.hidden)
    assert visible.dtype == hidden.dtype == torch.int64
    assert not (_covered(visible, patches) & _covered(hidden, patches)).any()
    assert (visible.diff(dim=1) > 0).all()
    assert (hidden.diff(dim=2) > 0).all()
    assert int(hidden.max()) < patches
    again = draw_places(declared, grid, torch.Generator().manual_seed(0), N)
    assert torch.equal(visible, again[0])
    assert torch.equal(hidden, again[1])


def test_random_masks_hide_every_patch_equally_often() -> None:
    _, hidden = draw_places(RandomMask(ratio=0.25), (4, 4), torch.Generator().manual_seed(0), 4000)
    share = _covered(hidden, 16).float().mean(dim=0)
    torch.testing.assert_close(share, torch.full((16,), 0.25), atol=0.03, rtol=0)


def test_blocks_are_squares_inside_the_view() -> None:
    declared = BlockMask(count=2, scale=0.15)
    assert declared.counts((8, 8)) == Counts(groups=2, hidden=9, visible=46)
    assert BlockMask(count=4, scale=0.15, context=0.25).counts((8, 8)).visible == 16
    _, hidden = draw_places(declared, (8, 8), torch.Generator().manual_seed(0), N)
    rows, columns = hidden // 8, hidden % 8
    assert (rows.amax(2) - rows.amin(2) == 2).all()
    assert (columns.amax(2) - columns.amin(2) == 2).all()
    assert len(rows[:, :, 0].unique()) == 6, "a block of 3 starts in rows 0 to 5"
    with pytest.raises(ValueError, match="may cover a view"):
        BlockMask(count=4, scale=0.4).counts((8, 8))


def test_blockwise_masks_hide_neighbours_together() -> None:
    grid = (14, 14)
    together = [
        _neighbours(draw_places(_mask(name), grid, torch.Generator().manual_seed(0), N)[1], grid)
        for name in ("blockwise", "random")
    ]
    assert together[0] > 0.75 > 0.45 > together[1]


def _neighbours(hidden: Tensor, grid: tuple[int, int]) -> float:
    """The share of hidden patches whose right neighbour is hidden too."""
    covered = _covered(hidden, grid[0] * grid[1]).reshape(-1, *grid)
    return float((covered[:, :, 1:] & covered[:, :, :-1]).sum() / covered[:, :, :-1].sum())


def test_an_inverse_block_is_one_connected_region_on_the_torus() -> None:
    visible, _ = draw_places(InverseBlockMask(ratio=0.75), (8, 8), torch.Generator().manual_seed(0), N)
    seen = _covered(visible, 64).reshape(N, 8, 8)
    joined = (seen & seen.roll(1, 1)).sum(dim=(1, 2)) + (seen & seen.roll(1, 2)).sum(dim=(1, 2))
    # sixteen patches: at least twenty shared borders in a block, about eight where they are scattered
    assert float(joined.float().min()) >= 18


def test_each_view_is_masked_on_its_own() -> None:
    drawn = Masks(RandomMask(ratio=0.5), ((4, 4), (4, 4))).draw(torch.Generator().manual_seed(0), 8)
    assert set(drawn) == {"mask0/visible", "mask0/hidden", "mask1/visible", "mask1/hidden"}
    assert not torch.equal(drawn["mask0/visible"], drawn["mask1/visible"])
