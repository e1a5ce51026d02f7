"""DirectPred: a linear predictor in closed form. Legend: N batch, D embedding."""

import torch
from torch import Tensor, nn

from ssmi_dsl.spec.optimize import DirectPred


class DirectPredictor(nn.Module):
    """x [N D] -> x W, where W has the eigenvectors of the running correlation F of x and the eigenvalues √(λ/λ_max) + ε.

    F takes in the batch before W is set; W is a constant of the loss (Tian et al. 2021, section 4, and boost_scale of the official code).
    In training every call moves F in place, so the views of a step enter it one after another.
    """

    def __init__(self, declared: DirectPred, width: int) -> None:
        super().__init__()
        self.eps, self.momentum = declared.eps, declared.momentum
        self.out_features = width
        self.correlation: Tensor
        self.register_buffer("correlation", torch.zeros(width, width))

    def forward(self, x: Tensor) -> Tensor:
        with torch.autocast(x.device.type, enabled=False):
            x = x.float()
            if self.training:
                batch = x.detach().T @ x.detach() / x.shape[0]
                self.correlation.copy_(torch.lerp(batch, self.correlation, self.momentum))
            return x @ self.weight()

    def weight(self) -> Tensor:
        """W [D D], symmetric."""
        values, vectors = torch.linalg.eigh(self.correlation)
        values = values.clamp_min(0)  # rounding
        scaled = (values / values.max().clamp_min(torch.finfo(values.dtype).tiny)).sqrt() + self.eps
        return (vectors * scaled) @ vectors.T
