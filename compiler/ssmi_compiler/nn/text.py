"""A transformer on tokens. Legend: N texts, L tokens, D width, H heads."""

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from ssmi_compiler.errors import CompileError
from ssmi_dsl.components.backbones import Text
from ssmi_dsl.components.datasets import TextInfo


class Block(nn.Module):
    """Pre-norm causal attention and an MLP of four times the width (Radford et al. 2019, section 2.3)."""

    def __init__(self, width: int, heads: int) -> None:
        super().__init__()
        self.heads = heads
        self.norm1, self.norm2 = nn.LayerNorm(width), nn.LayerNorm(width)
        self.qkv, self.out = nn.Linear(width, 3 * width), nn.Linear(width, width)
        self.mlp = nn.Sequential(nn.Linear(width, 4 * width), nn.GELU(), nn.Linear(4 * width, width))

    def forward(self, x: Tensor) -> Tensor:
        """x [N L D] -> [N L D]."""
        n, length, width = x.shape
        query, key, value = (
            part.reshape(n, length, self.heads, width // self.heads).transpose(1, 2)
            for part in self.qkv(self.norm1(x)).chunk(3, dim=2)
        )
        attended = F.scaled_dot_product_attention(query, key, value, is_causal=True)
        x = x + self.out(attended.transpose(1, 2).reshape(n, length, width))
        return x + self.mlp(self.norm2(x))


class TextNet(nn.Module):
    """tokens int64 [N L], 0 is padding -> [N D], the mean over the other tokens."""

    def __init__(self, declared: Text, text: TextInfo) -> None:
        super().__init__()
        if declared.width % declared.heads:
            raise CompileError(f"backbone `text`: {declared.heads} heads do not divide the width {declared.width}")
        self.embedding = nn.Embedding(text.vocabulary, declared.width)
        self.positions = nn.Parameter(torch.zeros(text.length, declared.width))
        self.blocks = nn.Sequential(*(Block(declared.width, declared.heads) for _ in range(declared.depth)))
        self.norm = nn.LayerNorm(declared.width)
        self.num_features = declared.width

    def forward(self, tokens: Tensor) -> Tensor:
        x = self.norm(self.blocks(self.embedding(tokens) + self.positions))
        present = (tokens != 0).to(x.dtype)[:, :, None]
        return (x * present).sum(dim=1) / present.sum(dim=1).clamp_min(1.0)
