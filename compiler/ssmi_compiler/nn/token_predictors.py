"""Predictors of hidden tokens: which one a spec declares, and the one in which queries see the visible tokens but not each other.

Legend: N batch, P patches, T visible tokens, F features, G groups of hidden patches, K patches in a group.
"""

from torch import Tensor, nn
from torch.nn import functional as F

from ssmi_compiler.nn.places import Places, turn
from ssmi_compiler.nn.vit import EPS, Dense, Learned, TokenPredictor
from ssmi_dsl.components.backbones import EncoderSpec, Vit
from ssmi_dsl.components.heads import TransformerHead
from ssmi_dsl.spec.masks import Grid


class CrossBlock(nn.Module):
    """Attention of queries to a context and MLP with residual connections, norms in front. x [N Q W], context [N T F] -> [N Q W].

    Angles of the queries [N Q W/heads] and of the context [N T W/heads] turn queries and keys.
    """

    def __init__(self, width: int, *, context: int, heads: int, hidden: int) -> None:
        super().__init__()
        self.heads = heads
        self.norm1 = nn.LayerNorm(width, eps=EPS)
        self.query = Dense(width, width)
        self.pair = Dense(context, 2 * width)
        self.out = Dense(width, width)
        self.norm2 = nn.LayerNorm(width, eps=EPS)
        self.expand = Dense(width, hidden)
        self.contract = Dense(hidden, width)

    def forward(self, x: Tensor, context: Tensor, angles: Tensor | None, context_angles: Tensor | None) -> Tensor:
        num, queries, width = x.shape
        q = self.query(self.norm1(x)).unflatten(2, (self.heads, -1)).transpose(1, 2)
        k, v = self.pair(context).unflatten(2, (2, self.heads, -1)).permute(2, 0, 3, 1, 4).unbind(0)
        q, k = turn(q, angles), turn(k, context_angles)
        x = x + self.out(F.scaled_dot_product_attention(q, k, v).transpose(1, 2).reshape(num, queries, width))
        return x + self.contract(F.gelu(self.expand(self.norm2(x))))


class CrossPredictor(nn.Module):
    """Tokens of visible patches -> tokens of hidden ones (Darcet et al. 2025, CAPI, section 3.3): a hidden token is predicted on its own."""

    def __init__(self, declared: TransformerHead, *, in_features: int, reference: Grid, rope: bool = False) -> None:
        super().__init__()
        width = declared.width
        self.places = Places(reference, width // declared.heads if rope else None)
        self.query = Learned(width)
        self.blocks = nn.ModuleList(
            CrossBlock(width, context=in_features, heads=declared.heads, hidden=4 * width)
            for _ in range(declared.depth)
        )
        self.norm = nn.LayerNorm(width, eps=EPS)
        self.out = Dense(width, in_features) if width != in_features else None

    def forward(self, x: Tensor, *, visible: Tensor, hidden: Tensor, grid: Grid) -> Tensor:
        """x [N 1+T F] of an encoder that saw `visible` [N T]; hidden [N G K] -> [N*G*K F], in the order of `hidden`."""
        asked = hidden.flatten(1)
        z, angles = self.places(self.query().expand(*asked.shape, -1), grid, at=asked)
        context, context_angles = self.places(x[:, 1:], grid, at=visible)
        for block in self.blocks:
            z = block(z, context, angles, context_angles)
        z = self.norm(z)
        return (z if self.out is None else self.out(z)).flatten(0, 1)


def build_token_predictor(
    declared: TransformerHead, encoder: EncoderSpec, *, size: Grid
) -> TokenPredictor | CrossPredictor:
    """The predictor of an encoder's hidden tokens, for images of `size` (height, width), pixels."""
    assert isinstance(encoder.backbone, Vit), "the structure of the spec was checked"
    reference = (size[0] // encoder.backbone.patch, size[1] // encoder.backbone.patch)
    kind = CrossPredictor if declared.attention == "cross" else TokenPredictor
    return kind(
        declared, in_features=encoder.backbone.width, reference=reference, rope=encoder.backbone.positions == "rope"
    )
