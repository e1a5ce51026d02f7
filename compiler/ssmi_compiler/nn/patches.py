"""A network on patches. Legend: N batch, C channels, H, W size of images, P patches of an image, F features."""

import torch
from torch import Tensor, nn

# of images of unit variance: the noise of an empty patch stays small
EPS = 0.1


class PatchesNet(nn.Module):
    """Each patch passes `network` by itself, all as one batch: images [N C H W] -> the mean of their patches [N F].

    With `tokens` the mean and then the patches, row by row, [N 1+P F]. Patches that would pass the border are left out. `standardize`
    takes a patch's mean over channels and pixels from it and divides it by its standard deviation, to whose square `EPS` is added.
    """

    def __init__(self, network: nn.Module, *, size: int, stride: int, standardize: bool = False) -> None:
        super().__init__()
        self.network = network
        self.size, self.stride, self.standardize = size, stride, standardize
        self.num_features = int(network.num_features)  # pyright: ignore[reportArgumentType] - set by every backbone

    def grid(self, size: tuple[int, int]) -> tuple[int, int]:
        rows, columns = ((length - self.size) // self.stride + 1 for length in size)
        return rows, columns

    def forward(self, x: Tensor, *, tokens: bool = False) -> Tensor:
        patches = x.unfold(2, self.size, self.stride).unfold(3, self.size, self.stride)
        patches = patches.permute(0, 2, 3, 1, 4, 5).flatten(0, 2)
        if self.standardize:
            centred = patches - patches.mean(dim=(1, 2, 3), keepdim=True)
            patches = centred * torch.rsqrt(centred.square().mean(dim=(1, 2, 3), keepdim=True) + EPS)
        y = self.network(patches).unflatten(0, (x.shape[0], -1))
        mean = y.mean(dim=1)
        return torch.cat([mean[:, None], y], dim=1) if tokens else mean
