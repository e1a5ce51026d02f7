"""Branches: who encodes the views, who shares parameters with whom, and where the gradient stops."""

from typing import Annotated, Literal

from pydantic import Field

from ssmi_dsl.components.backbones import EncoderSpec
from ssmi_dsl.components.base import Params
from ssmi_dsl.components.choice import OneOf
from ssmi_dsl.components.exact import exactly
from ssmi_dsl.components.heads import HEADS, PREDICTORS, TOKEN_HEADS, Head

StopGradient = Annotated[Literal[True, False, "on-e-step", "on-m-step"], exactly(True, False, "on-e-step", "on-m-step")]


class Ema(Params):
    """The target follows its source: target <- m * target + (1 - m) * source, once per optimiser step, after it."""

    momentum: float = Field(default=0.99, description="m at the first step; 0.99 means a half-life of 69 steps")
    final: float | None = Field(default=None, description="m at the last step; default: as `momentum`")
    schedule: Literal["constant", "cosine", "linear"] = Field(
        default="constant", description="how m goes from `momentum` to `final`"
    )
    buffers: Literal["copy", "ema"] = Field(
        default="copy",
        description="running statistics of the target: copied from the source, or averaged like parameters",
    )


class Prototypes(Params):
    """K learned directions; a branch that has them gives the cosine of its embedding with each."""

    count: int = Field(default=3000, ge=2, description="K, the number of prototypes")
    normalize: bool = Field(default=True, description="embedding and prototypes are divided by their norms")
    freeze_epochs: float = Field(
        default=0.0, ge=0, description="epochs at the start in which the prototypes do not move"
    )
    shared: bool = Field(
        default=False, description="EMA targets are scored against the same prototypes, not against followers of them"
    )


class Frozen(Params):
    """The target never moves."""


class Tokens(Params):
    """The patch tokens that a branch gives, and heads of their own for them."""

    blocks: int | None = Field(
        default=None,
        ge=1,
        le=64,
        description="tokens are the mean over the last K blocks of a `vit`, each layer-normed without parameters; default: the final tokens",
    )
    norm: Literal["none", "layer"] = Field(
        default="none", description="layer norm without parameters on the final tokens"
    )
    projector: Annotated[Head, OneOf(TOKEN_HEADS)] | None = Field(
        default=None, description="head of tokens; default: the branch's projector, row by row"
    )
    prototypes: Prototypes | None = Field(
        default=None, description="prototypes of tokens; default: those of the branch"
    )


UPDATES: dict[str, type[Params]] = {"ema": Ema, "frozen": Frozen}


class Branch(Params):
    """One branch: encoder, projector and predictor, with its own parameters or those of another branch."""

    of: str | None = Field(
        default=None, description="take encoder and projector from this branch: shared, or copied if `update` is given"
    )
    encoder: EncoderSpec | None = Field(default=None, description="an encoder of its own instead of the spec's")
    projector: Annotated[Head, OneOf(HEADS)] | None = Field(
        default=None, description="head between features and embedding"
    )
    predictor: Annotated[Head, OneOf(PREDICTORS)] | None = Field(
        default=None, description="head behind the projector, never shared"
    )
    prototypes: Prototypes | None = Field(
        default=None,
        description="scores against K unit vectors, behind projector and predictor: the branch then gives [N K]",
    )
    input: Literal["whole", "visible", "masked"] = Field(
        default="whole",
        description="what it sees of the views that `views.mask` masks: all, visible patches only, or a learned token in place of hidden ones",
    )
    tokens: Tokens | None = Field(default=None, description="what it gives as tokens, for objectives that read them")
    update: Annotated[Params, OneOf(UPDATES)] | None = Field(
        default=None, description="how a copied branch follows its source"
    )
    stop_gradient: StopGradient = Field(
        default=False,
        description="the branch is a constant of the loss: always, or in one of the two alternating steps",
    )
