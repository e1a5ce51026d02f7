"""Whitening of features inside a network, by Newton's iteration (Huang et al. 2019, IterNorm). Legend: N batch, D features, K group."""

import torch
from torch import Tensor, nn


class IterativeWhitening(nn.Module):
    """x [N D] -> [N D]: each group of at most `group` features is centred and multiplied by P_T / √tr Σ, close to Σ^(-1/2).

    P_0 = I, P_k = ½ (3 P - P³ Σ / tr Σ); Σ is the biased covariance of the batch plus eps I. Float32 inside. In training the statistics
    are those of the batch and the running ones move by `momentum`; in evaluation the running ones are used. D is a multiple of the
    group, or smaller than it.
    """

    def __init__(
        self, features: int, *, group: int = 64, iterations: int = 5, eps: float = 1e-5, momentum: float = 0.1
    ) -> None:
        super().__init__()
        self.group, self.iterations, self.eps, self.momentum = min(group, features), iterations, eps, momentum
        if features % self.group:
            raise ValueError(f"{features} features cannot be whitened in groups of {self.group}; choose a multiple")
        self.weight = nn.Parameter(torch.ones(features))
        self.bias = nn.Parameter(torch.zeros(features))
        self.running_mean: Tensor
        self.running_matrix: Tensor
        groups = features // self.group
        self.register_buffer("running_mean", torch.zeros(features))
        self.register_buffer("running_matrix", torch.eye(self.group).repeat(groups, 1, 1))

    def forward(self, x: Tensor) -> Tensor:
        with torch.autocast(x.device.type, enabled=False):
            x = x.float()
            mean = x.mean(dim=0) if self.training else self.running_mean
            centred = (x - mean).reshape(len(x), -1, self.group).transpose(0, 1)
            matrix = self._inverse_root(centred) if self.training else self.running_matrix
            if self.training:
                self.running_mean.lerp_(mean.detach(), self.momentum)
                self.running_matrix.lerp_(matrix.detach(), self.momentum)
            white = (centred @ matrix).transpose(0, 1).reshape(x.shape)
            return white * self.weight + self.bias

    def _inverse_root(self, centred: Tensor) -> Tensor:
        """centred [D/K N K] -> [D/K K K]."""
        identity = torch.eye(self.group, device=centred.device)
        covariance = centred.mT @ centred / centred.shape[1] + self.eps * identity
        trace = torch.diagonal(covariance, dim1=1, dim2=2).sum(dim=1)[:, None, None]
        scaled = covariance / trace
        root = identity.expand_as(scaled)
        for _ in range(self.iterations):
            root = 0.5 * (3 * root - root @ root @ root @ scaled)
        return root / trace.sqrt()
