"""Optimisers that a recipe may name."""

from typing import ClassVar

from pydantic import Field

from ssmi_dsl.components.base import Params


class Optimizer(Params):
    """Base of the optimisers. Biases and parameters of norms are excluded from decay and from LARS adaptation."""

    name: ClassVar[str]

    lr: float = Field(
        default=0.05,
        gt=0,
        description="learning rate after warm-up, for the recipe's batch size: nothing is scaled behind it",
    )
    weight_decay: float = Field(default=0.0, ge=0, description="weight decay")
    final_weight_decay: float | None = Field(
        default=None, ge=0, description="weight decay at the last step, along half a cosine; default: as `weight_decay`"
    )
    clip_norm: float | None = Field(
        default=None, gt=0, description="largest norm of the gradient of one parameter tensor; default: no clipping"
    )


class Sgd(Optimizer):
    """Stochastic gradient descent with momentum."""

    name: ClassVar[str] = "sgd"

    momentum: float = Field(default=0.9, ge=0, lt=1, description="momentum")
    nesterov: bool = Field(default=False, description="Nesterov's form of momentum")


class Lars(Optimizer):
    """Layer-wise adaptive rates (You et al. 2017)."""

    name: ClassVar[str] = "lars"

    lr: float = Field(default=0.3, gt=0, description="learning rate after warm-up")
    momentum: float = Field(default=0.9, ge=0, lt=1, description="momentum")
    trust: float = Field(default=0.02, gt=0, description="eta, the trust coefficient")
    clip: bool = Field(
        default=True, description="the adapted rate never exceeds the learning rate (solo-learn's clip_lr)"
    )


class AdamW(Optimizer):
    """Adam with decoupled weight decay (Loshchilov & Hutter 2019)."""

    name: ClassVar[str] = "adamw"

    lr: float = Field(default=1e-3, gt=0, description="learning rate after warm-up")
    weight_decay: float = Field(default=0.05, ge=0, description="decoupled weight decay")
    betas: tuple[float, float] = Field(default=(0.9, 0.999), strict=False, description="decay rates of the two moments")
    eps: float = Field(default=1e-8, gt=0, description="added to the root of the second moment")


OPTIMIZERS: dict[str, type[Params]] = {model.name: model for model in (Sgd, Lars, AdamW)}
