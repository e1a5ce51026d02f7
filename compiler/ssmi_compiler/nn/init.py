"""Seeded initial weights, independent of the global random state."""

from math import sqrt

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from ssmi_compiler.nn.gcn import GraphConvolution
from ssmi_compiler.nn.iterative_whitening import IterativeWhitening
from ssmi_compiler.nn.norm import BatchNorm
from ssmi_compiler.nn.prototypes import Prototypes
from ssmi_compiler.nn.vit import Dense, Learned
from ssmi_dsl.terms import Initial

TOKEN_STD = 0.02


def initial_tensor(declared: Initial, generator: torch.Generator) -> Tensor:
    """A float32 tensor as a term declares it."""
    shape = declared.shape
    match declared.init:
        case "zeros":
            return torch.zeros(shape)
        case "ones":
            return torch.ones(shape)
        case "constant":
            return torch.full(shape, declared.value)
        case "eye":
            return torch.eye(*shape)
        case "normal":
            return torch.randn(shape, generator=generator) * declared.value
        case "uniform":
            return (torch.rand(shape, generator=generator) * 2 - 1) * declared.value
        case "power-law":
            weights = torch.arange(1, shape[0] + 1, dtype=torch.float64) ** -declared.value
            return (weights / weights.sum()).float()
        case "unit-rows":
            return F.normalize(torch.randn(shape, generator=generator), dim=1)


@torch.no_grad()
def init_module(module: nn.Module, generator: torch.Generator) -> None:
    """Convolutions: normal with fan-out gain 2 (He et al. 2015); linear layers: uniform in ±1/√fan_in; norms: identity;
    linear layers of transformers: uniform, Glorot & Bengio 2010, as in MAE, so that patches weigh as much as the fixed positions;
    graph convolutions: the same, as of Kipf & Welling 2017;
    learned tokens: normal of standard deviation 0.02.

    Embeddings of tokens: normal, 0.02. Modules of other libraries keep what their constructor gave to other parameters.
    """
    for child in module.modules():
        if isinstance(child, nn.Conv2d):
            fan_out = child.out_channels * child.kernel_size[0] * child.kernel_size[1] // child.groups
            child.weight.normal_(0.0, sqrt(2.0 / fan_out), generator=generator)
            if child.bias is not None:
                child.bias.zero_()
        elif isinstance(child, Dense):
            bound = sqrt(6.0 / (child.in_features + child.out_features))
            child.weight.uniform_(-bound, bound, generator=generator)
            child.bias.zero_()
        elif isinstance(child, GraphConvolution):
            bound = sqrt(6.0 / sum(child.weight.shape))
            child.weight.uniform_(-bound, bound, generator=generator)
            child.bias.zero_()
        elif isinstance(child, Learned):
            child.value.normal_(0.0, TOKEN_STD, generator=generator)
        elif isinstance(child, nn.LayerNorm):
            child.weight.fill_(1.0)
            child.bias.zero_()
        elif isinstance(child, nn.Linear):
            bound = 1.0 / sqrt(child.in_features)
            child.weight.uniform_(-bound, bound, generator=generator)
            if child.bias is not None:
                child.bias.uniform_(-bound, bound, generator=generator)
        elif isinstance(child, nn.Embedding):
            child.weight.normal_(0.0, 0.02, generator=generator)
        elif isinstance(child, Prototypes):
            child.weight.copy_(initial_tensor(Initial(tuple(child.weight.shape), "unit-rows"), generator))
        elif isinstance(child, BatchNorm):
            child.running_mean.zero_()
            child.running_var.fill_(1.0)
            if child.weight is not None and child.bias is not None:
                child.weight.fill_(1.0)
                child.bias.zero_()
        elif isinstance(child, IterativeWhitening):
            child.running_mean.zero_()
            child.running_matrix.copy_(torch.eye(child.group).expand_as(child.running_matrix))
            child.weight.fill_(1.0)
            child.bias.zero_()
