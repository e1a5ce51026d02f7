"""The context of each place of a map from the rows above it. Legend: N batch, R, C rows and columns, P = R C places, D features."""

from torch import Tensor, nn
from torch.nn import functional as F

from ssmi_dsl.components.heads import MaskedConvolutionsHead


class ContextBlock(nn.Module):
    """1x1, ReLU, 1x3, 2x1, ReLU, 1x1, added to the input: a place sees its own row, one column to each side, and the row above."""

    def __init__(self, width: int, hidden: int) -> None:
        super().__init__()
        self.reduce = nn.Conv2d(width, hidden, 1)
        self.across = nn.Conv2d(hidden, hidden, (1, 3), padding=(0, 1))
        self.down = nn.Conv2d(hidden, hidden, (2, 1))
        self.expand = nn.Conv2d(hidden, width, 1)

    def forward(self, x: Tensor) -> Tensor:
        y = self.across(F.relu(self.reduce(x)))
        # a row of zeros above the first: row r of the result reads rows r - 1 and r
        y = self.down(F.pad(y, (0, 0, 1, 0)))
        return x + self.expand(F.relu(y))


class MaskedConvolutions(nn.Module):
    """x [N*P D], the places of a map row by row -> contexts [N*P D]; row r reads rows r - depth to r of its own image, no row below."""

    def __init__(self, head: MaskedConvolutionsHead) -> None:
        super().__init__()
        self.blocks = nn.Sequential(*(ContextBlock(head.width, head.hidden) for _ in range(head.depth)))
        self.out_features = head.width

    def forward(self, x: Tensor, *, grid: tuple[int, int]) -> Tensor:
        maps = x.unflatten(0, (-1, *grid)).permute(0, 3, 1, 2)
        return F.relu(self.blocks(maps)).permute(0, 2, 3, 1).flatten(0, 2)
