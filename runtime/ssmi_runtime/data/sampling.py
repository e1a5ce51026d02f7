"""Which samples a step sees: a pure function of (seed, step), so that a resumed run sees the same ones."""

import torch
from torch import Tensor

from ssmi_runtime.errors import RunError


def batch_indices(num_samples: int, batch_size: int, step: int, seed: int) -> Tensor:
    """int64 [batch_size]; each epoch is a permutation of its own, from (seed, epoch) only, its incomplete last batch dropped."""
    if not 1 <= batch_size <= num_samples or step < 0:
        raise RunError(f"no batch of {batch_size} in {num_samples} samples at step {step}; choose a smaller batch_size")
    epoch, position = divmod(step, num_samples // batch_size)
    generator = torch.Generator().manual_seed(seed * 1_000_003 + epoch)
    return torch.randperm(num_samples, generator=generator)[position * batch_size : (position + 1) * batch_size]
