"""Batch norm whose running statistics are plain tensors: no counter, float32 statistics under autocast."""

import torch
from torch import Tensor, nn
from torch.nn import functional as F


class BatchNorm(nn.Module):
    """Batch norm over all dimensions but the second. x [N C ...] -> the same shape, in float32 inside.

    In training the statistics of the batch are used (biased variance) and the running ones are moved in place by `momentum`
    (unbiased variance), as in PyTorch; in evaluation the running ones are used.
    """

    def __init__(self, channels: int, *, affine: bool = True, eps: float = 1e-5, momentum: float = 0.1) -> None:
        super().__init__()
        self.eps, self.momentum = eps, momentum
        self.weight = nn.Parameter(torch.ones(channels)) if affine else None
        self.bias = nn.Parameter(torch.zeros(channels)) if affine else None
        self.running_mean: Tensor
        self.running_var: Tensor
        self.register_buffer("running_mean", torch.zeros(channels))
        self.register_buffer("running_var", torch.ones(channels))

    def forward(self, x: Tensor) -> Tensor:
        with torch.autocast(x.device.type, enabled=False):
            return F.batch_norm(
                x.float(),
                self.running_mean,
                self.running_var,
                self.weight,
                self.bias,
                self.training,
                self.momentum,
                self.eps,
            )
