"""A network on patches. Legend: N batch, C channels, H, W size of images, P patches of an image, F features."""

import torch
from torch import Tensor, nn

# of images of unit variance: the noise of an empty patch stays small
EPS = 0.1


class PatchesNet(nn.Module):
    """Each patch passes `network` by itself, all as one batch: images [N C H W] -> the mean of their patches [N F].

    With `tokens` the mean and then the patches, row by row, [N 1+P F]. Patches that would pass the border are left out. `standardize`
    takes a patch's mean over channels and pixels from it and divides it by its standard deviation, to whose square `EPS` is added.
    With `crop` the network sees a window of each patch: at `windows` [N P 2], first row and first column inside the patch, or the middle.
    """

    def __init__(
        self, network: nn.Module, *, size: int, stride: int, crop: int | None = None, standardize: bool = False
    ) -> None:
        super().__init__()
        self.network = network
        self.size, self.stride, self.crop, self.standardize = size, stride, crop or size, standardize
        self.num_features = int(network.num_features)  # pyright: ignore[reportArgumentType] - set by every backbone

    def grid(self, size: tuple[int, int]) -> tuple[int, int]:
        rows, columns = ((length - self.size) // self.stride + 1 for length in size)
        return rows, columns

    def forward(self, x: Tensor, *, tokens: bool = False, windows: Tensor | None = None) -> Tensor:
        patches = x.unfold(2, self.size, self.stride).unfold(3, self.size, self.stride)
        patches = self._windows(patches.permute(0, 2, 3, 1, 4, 5).flatten(0, 2), windows)
        if self.standardize:
            centred = patches - patches.mean(dim=(1, 2, 3), keepdim=True)
            patches = centred * torch.rsqrt(centred.square().mean(dim=(1, 2, 3), keepdim=True) + EPS)
        y = self.network(patches).unflatten(0, (x.shape[0], -1))
        mean = y.mean(dim=1)
        return torch.cat([mean[:, None], y], dim=1) if tokens else mean

    def _windows(self, patches: Tensor, windows: Tensor | None) -> Tensor:
        """patches [M C p p] -> [M C c c]."""
        if windows is None:
            start = (self.size - self.crop) // 2
            return patches[:, :, start : start + self.crop, start : start + self.crop]
        # [M 2 c]: rows and columns that are read
        read = windows.flatten(0, 1)[:, :, None] + torch.arange(self.crop, device=windows.device)
        channels = patches.shape[1]
        rows = patches.gather(2, read[:, None, 0, :, None].expand(-1, channels, -1, self.size))
        return rows.gather(3, read[:, None, None, 1].expand(-1, channels, self.crop, -1))
