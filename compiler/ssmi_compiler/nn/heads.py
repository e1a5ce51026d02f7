"""Projectors and predictors: x [N F] -> [N D], with `out_features` = D."""

from torch import Tensor, nn

from ssmi_compiler.errors import CompileError
from ssmi_compiler.nn.iterative_whitening import IterativeWhitening
from ssmi_compiler.nn.masked_convolutions import MaskedConvolutions
from ssmi_compiler.nn.norm import BatchNorm
from ssmi_dsl.components.heads import Head, LinearHead, MaskedConvolutionsHead, MlpHead, SliceHead


def build_head(head: Head, in_features: int) -> nn.Module:
    """The head that the spec declares, for inputs [N in_features]."""
    if isinstance(head, LinearHead):
        return nn.Linear(in_features, head.width)
    if isinstance(head, SliceHead):
        if head.width > in_features:
            raise CompileError(f"a head keeps {head.width} features, but there are only {in_features} of them")
        return FirstFeatures(head.width)
    if isinstance(head, MaskedConvolutionsHead):
        if head.width != in_features:
            raise CompileError(
                f"masked convolutions are residual: their width is that of the encoder's features, {in_features}, not {head.width}"
            )
        return MaskedConvolutions(head)
    assert isinstance(head, MlpHead)
    return MlpNet(head, in_features)


class FirstFeatures(nn.Module):
    """x [N F] -> [N D], the first D features."""

    def __init__(self, width: int) -> None:
        super().__init__()
        self.out_features = width

    def forward(self, x: Tensor) -> Tensor:
        return x[:, : self.out_features]


class MlpNet(nn.Module):
    """Hidden layers: linear, norm, activation; output: linear and the declared last norm. A bias before a norm would be removed by it."""

    def __init__(self, head: MlpHead, in_features: int) -> None:
        super().__init__()
        layers: list[nn.Module] = []
        before = in_features
        for width in head.widths[:-1]:
            batch_norm = head.norm == "batch"
            layers.append(nn.Linear(before, width, bias=not batch_norm))
            layers += [BatchNorm(width)] if batch_norm else []
            layers.append(nn.GELU() if head.activation == "gelu" else nn.ReLU())
            before = width
        layers.append(nn.Linear(before, head.widths[-1], bias=head.last_norm == "none"))
        if head.last_norm == "iterative-whitening":
            try:
                layers.append(IterativeWhitening(head.widths[-1]))
            except ValueError as error:
                raise CompileError(str(error)) from error
        elif head.last_norm != "none":
            layers.append(BatchNorm(head.widths[-1], affine=head.last_norm == "batch"))
        self.layers = nn.Sequential(*layers)
        self.out_features = head.widths[-1]

    def forward(self, x: Tensor) -> Tensor:
        return self.layers(x)
