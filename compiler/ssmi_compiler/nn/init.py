"""Seeded initial weights, independent of the global random state."""

from math import sqrt

import torch
from torch import nn

from ssmi_compiler.nn.norm import BatchNorm


@torch.no_grad()
def init_module(module: nn.Module, generator: torch.Generator) -> None:
    """Convolutions: normal with fan-out gain 2 (He et al. 2015); linear layers: uniform in ±1/√fan_in; norms: identity.

    Modules of other libraries keep what their constructor gave to other parameters.
    """
    for child in module.modules():
        if isinstance(child, nn.Conv2d):
            fan_out = child.out_channels * child.kernel_size[0] * child.kernel_size[1] // child.groups
            child.weight.normal_(0.0, sqrt(2.0 / fan_out), generator=generator)
            if child.bias is not None:
                child.bias.zero_()
        elif isinstance(child, nn.Linear):
            bound = 1.0 / sqrt(child.in_features)
            child.weight.uniform_(-bound, bound, generator=generator)
            if child.bias is not None:
                child.bias.uniform_(-bound, bound, generator=generator)
        elif isinstance(child, BatchNorm):
            child.running_mean.zero_()
            child.running_var.fill_(1.0)
            if child.weight is not None and child.bias is not None:
                child.weight.fill_(1.0)
                child.bias.zero_()
