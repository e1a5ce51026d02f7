"""Prototypes: scores of an embedding against learned directions. Legend: N batch, D embedding, K prototypes."""

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from ssmi_dsl.spec.branches import Prototypes as Declared


class Prototypes(nn.Module):
    """z [N D] -> scores [N K]; cosines where the spec normalises, as by the weight-normed last layer of DINO and the prototypes of SwAV."""

    def __init__(self, declared: Declared, in_features: int) -> None:
        super().__init__()
        self.normalize = declared.normalize
        self.weight = nn.Parameter(torch.zeros(declared.count, in_features))
        # two-dimensional: the official code of CAPI decays it as a weight
        self.gain = nn.Parameter(torch.ones(declared.count, 1)) if declared.gain else None
        self.out_features = declared.count

    def forward(self, z: Tensor) -> Tensor:
        weight = F.normalize(self.weight, dim=1) if self.normalize else self.weight
        weight = weight if self.gain is None else weight * self.gain
        return F.linear(F.normalize(z, dim=1) if self.normalize else z, weight)
