"""The vision transformer and the predictor of hidden tokens. Patches may be left out or replaced.

Legend: N batch, C channels, H W size, P patches, T tokens, F features, G groups of hidden patches, K patches in a group.
"""

from typing import Protocol, runtime_checkable

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from ssmi_compiler.errors import CompileError
from ssmi_compiler.nn.places import Places, take, turn
from ssmi_dsl.components.backbones import Vit
from ssmi_dsl.components.heads import TransformerHead
from ssmi_dsl.spec.masks import Grid

EPS = 1e-6


@runtime_checkable
class GivesTokens(Protocol):
    """A backbone with a token for each place of a grid."""

    def grid(self, size: Grid) -> Grid:
        """Height and width of an image, pixels -> rows and columns of tokens."""
        ...


class Dense(nn.Linear):
    """A linear layer of a transformer; it differs from nn.Linear in its initial weights only."""


class Learned(nn.Module):
    """One learned token [F]."""

    def __init__(self, width: int) -> None:
        super().__init__()
        self.value = nn.Parameter(torch.zeros(width))

    def forward(self) -> Tensor:
        return self.value


class Block(nn.Module):
    """Attention and MLP with residual connections, norms in front (Dosovitskiy et al. 2021, eq. 2 and 3). x [N T F] -> [N T F].

    `angles` [T F/heads] or [N T F/heads] turn queries and keys.
    """

    def __init__(self, width: int, *, heads: int, hidden: int) -> None:
        super().__init__()
        self.heads = heads
        self.norm1 = nn.LayerNorm(width, eps=EPS)
        self.qkv = Dense(width, 3 * width)
        self.out = Dense(width, width)
        self.norm2 = nn.LayerNorm(width, eps=EPS)
        self.expand = Dense(width, hidden)
        self.contract = Dense(hidden, width)

    def forward(self, x: Tensor, angles: Tensor | None = None) -> Tensor:
        x = x + self._attend(self.norm1(x), angles)
        return x + self.contract(F.gelu(self.expand(self.norm2(x))))

    def _attend(self, x: Tensor, angles: Tensor | None) -> Tensor:
        num, tokens, width = x.shape
        q, k, v = self.qkv(x).reshape(num, tokens, 3, self.heads, width // self.heads).permute(2, 0, 3, 1, 4).unbind(0)
        q, k = turn(q, angles), turn(k, angles)
        return self.out(F.scaled_dot_product_attention(q, k, v).transpose(1, 2).reshape(num, tokens, width))


class VitNet(nn.Module):
    """A ViT on images [N C H W] of any size that the patch divides. `masked` gives it the token that stands for hidden patches."""

    def __init__(self, declared: Vit, *, channels: int, size: Grid, masked: bool = False) -> None:
        super().__init__()
        width = declared.width
        self.patch = declared.patch
        self.places = Places(self.grid(size), width // declared.heads if declared.positions == "rope" else None)
        self.embed = Dense(channels * declared.patch**2, width)
        self.class_token = Learned(width) if declared.pool == "class" else None
        self.registers = nn.ModuleList(Learned(width) for _ in range(declared.registers))
        self.mask_token = Learned(width) if masked else None
        hidden = round(declared.mlp_ratio * width)
        self.blocks = nn.ModuleList(Block(width, heads=declared.heads, hidden=hidden) for _ in range(declared.depth))
        self.norm = nn.LayerNorm(width, eps=EPS)
        self.num_features = width

    def grid(self, size: Grid) -> Grid:
        """Raises CompileError for an image that the patch does not divide."""
        if size[0] % self.patch or size[1] % self.patch:
            raise CompileError(f"patches of {self.patch} pixels do not divide images of {size[0]} x {size[1]}")
        return size[0] // self.patch, size[1] // self.patch

    def forward(
        self,
        x: Tensor,
        *,
        visible: Tensor | None = None,
        hidden: Tensor | None = None,
        tokens: bool = False,
        blocks: int | None = None,
    ) -> Tensor:
        """x [N C H W] -> features [N F]; with `tokens` [N 1+T F], the features and then the patch tokens.

        visible  int64 [N T]: only these patches are seen
        hidden   int64 [N G K]: these patches are replaced by the mask token
        blocks   0: tokens are layer-normed without parameters; k: they are the mean of the last k blocks' outputs so normed
        """
        grid = self.grid((x.shape[2], x.shape[3]))
        z = self.embed(patches(x, self.patch))
        if hidden is not None:
            assert self.mask_token is not None, "a network that sees hidden patches has a mask token"
            covered = torch.zeros(z.shape[:2], dtype=torch.bool, device=z.device)
            covered = covered.scatter(1, hidden.flatten(1), torch.ones_like(hidden.flatten(1), dtype=torch.bool))
            z = torch.where(covered[:, :, None], self.mask_token(), z)
        if visible is not None:
            z = take(z, visible)
        z, angles = self.places(z, grid, at=visible)
        leading = [*([] if self.class_token is None else [self.class_token]), *self.registers]
        if leading:
            first = torch.stack([token() for token in leading])
            z = torch.cat([first.expand(z.shape[0], -1, -1), z], dim=1)
            angles = None if angles is None else F.pad(angles, (0, 0, len(leading), 0))  # without a place: not turned
        depths: list[Tensor] = []
        for block in self.blocks:
            z = block(z, angles)
            depths.append(z)
        z = self.norm(z)
        places = z[:, len(leading) :]
        pooled = places.mean(dim=1) if self.class_token is None else z[:, 0]
        if not tokens:
            return pooled
        if blocks is not None:
            chosen = [places] if blocks == 0 else [depth[:, len(leading) :] for depth in depths[-blocks:]]
            places = torch.stack([F.layer_norm(each.float(), each.shape[2:]) for each in chosen]).mean(dim=0)
        return torch.cat([pooled[:, None].to(places.dtype), places], dim=1)


class TokenPredictor(nn.Module):
    """Tokens of visible patches -> tokens of hidden ones (Assran et al. 2023, I-JEPA, section 3): every group is predicted on its own."""

    def __init__(self, declared: TransformerHead, *, in_features: int, reference: Grid, rope: bool = False) -> None:
        super().__init__()
        width = declared.width
        self.places = Places(reference, width // declared.heads if rope else None)
        self.embed = Dense(in_features, width)
        self.query = Learned(width)
        self.blocks = nn.ModuleList(Block(width, heads=declared.heads, hidden=4 * width) for _ in range(declared.depth))
        self.norm = nn.LayerNorm(width, eps=EPS)
        self.out = Dense(width, in_features)

    def forward(self, x: Tensor, *, visible: Tensor, hidden: Tensor, grid: Grid) -> Tensor:
        """x [N 1+T F] of an encoder that saw `visible` [N T]; hidden [N G K] -> [N*G*K F], in the order of `hidden`."""
        num, groups, size = hidden.shape
        z, query = self.embed(x[:, 1:]), self.query()
        at = torch.cat([visible.repeat_interleave(groups, dim=0), hidden.reshape(num * groups, size)], dim=1)
        z = torch.cat([z.repeat_interleave(groups, dim=0), query.expand(num * groups, size, -1)], dim=1)
        z, angles = self.places(z, grid, at=at)
        for block in self.blocks:
            z = block(z, angles)
        return self.out(self.norm(z[:, -size:])).flatten(0, 1)


def patches(x: Tensor, size: int) -> Tensor:
    """x [N C H W] -> [N P C*size*size], patches row by row."""
    num, channels, height, width = x.shape
    x = x.reshape(num, channels, height // size, size, width // size, size)
    return x.permute(0, 2, 4, 1, 3, 5).reshape(num, (height // size) * (width // size), channels * size * size)
