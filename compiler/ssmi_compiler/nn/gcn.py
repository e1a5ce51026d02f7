"""Graph convolutions. Legend: N nodes, F features before a layer, G after it."""

import torch
from torch import Tensor, nn


class GraphConvolution(nn.Module):
    """PReLU(Â X W + bias), Â = D^-1/2 (A + I) D^-1/2 with D the degrees of A + I (Kipf & Welling 2017, eq. 2), one slope for all features.

    Â itself is never built: D^-1/2 multiplies rows before and after the product with A.
    """

    def __init__(self, inputs: int, outputs: int) -> None:
        super().__init__()
        self.weight = nn.Parameter(torch.zeros(inputs, outputs))
        self.bias = nn.Parameter(torch.zeros(outputs))
        self.activation = nn.PReLU()

    def forward(self, x: Tensor, adjacency: Tensor) -> Tensor:
        """x [N F], adjacency [N N] without the diagonal -> [N G]."""
        scale = torch.rsqrt(adjacency.sum(dim=1) + 1)[:, None]
        y = scale * (x @ self.weight)
        return self.activation(scale * (adjacency @ y + y) + self.bias)


class GcnNet(nn.Module):
    """Graph convolutions, one after the other. x [N F] -> [N G]."""

    def __init__(self, inputs: int, widths: tuple[int, ...]) -> None:
        super().__init__()
        pairs = zip([inputs, *widths], widths, strict=False)
        self.layers = nn.ModuleList(GraphConvolution(before, after) for before, after in pairs)
        self.num_features = widths[-1]

    def forward(self, x: Tensor, *, adjacency: Tensor) -> Tensor:
        for layer in self.layers:
            x = layer(x, adjacency)
        return x


class IdentityNet(nn.Module):
    """The input, flattened: [N ...] -> [N F]."""

    def __init__(self, inputs: int) -> None:
        super().__init__()
        self.num_features = inputs

    def forward(self, x: Tensor) -> Tensor:
        return torch.flatten(x, 1)
