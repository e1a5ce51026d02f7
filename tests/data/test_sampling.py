"""Batches are a permutation in every epoch and depend on (seed, step) only."""

import pytest
import torch

from ssmi_runtime.data.sampling import batch_indices
from ssmi_runtime.errors import RunError


def test_every_epoch_is_a_permutation() -> None:
    orders = [torch.cat([batch_indices(24, 8, 3 * epoch + step, seed=1) for step in range(3)]) for epoch in range(3)]
    for order in orders:
        assert order.dtype == torch.int64
        assert order.sort().values.tolist() == list(range(24))
    assert not torch.equal(orders[0], orders[1])


def test_the_incomplete_batch_is_dropped() -> None:
    epoch = torch.cat([batch_indices(27, 8, step, seed=0) for step in range(3)])
    assert len(epoch.unique()) == 24
    later = torch.cat([batch_indices(27, 8, step, seed=0) for step in range(3, 6)])
    assert len(later.unique()) == 24


def test_only_seed_and_step_matter() -> None:
    expected = batch_indices(100, 10, 57, seed=3)
    torch.manual_seed(123)
    state = torch.get_rng_state()
    batch_indices(100, 10, 2, seed=9)
    assert torch.equal(batch_indices(100, 10, 57, seed=3), expected)
    assert torch.equal(torch.get_rng_state(), state)
    assert not torch.equal(batch_indices(100, 10, 57, seed=4), expected)


def test_a_batch_larger_than_the_data_is_refused() -> None:
    with pytest.raises(RunError, match="smaller batch_size"):
        batch_indices(4, 5, 0, seed=0)
