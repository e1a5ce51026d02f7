"""Optimisation: which block moves when, and the settings of each scale."""

from typing import Annotated, Literal

from pydantic import Field

from ssmi_dsl.components.base import Params
from ssmi_dsl.components.choice import OneOf
from ssmi_dsl.components.optimizers import OPTIMIZERS, Optimizer
from ssmi_dsl.spec.hardware import Hardware


class DirectPred(Params):
    """A linear predictor set in closed form from the eigenvectors of the correlation matrix F (Tian et al. 2021)."""

    eps: float = Field(default=0.01, ge=0, description="ε, added to every eigenvalue relative to the largest")
    momentum: float = Field(default=0.3, ge=0, lt=1, description="ρ of F <- ρ F + (1 - ρ) F of the batch")


# a spec is checked under each of its recipes
MAX_RECIPES = 32


class PredictorUpdate(Params):
    """How the predictor's parameters are updated."""

    schedule: Literal["as-encoder", "constant"] = Field(
        default="as-encoder",
        description="learning rate schedule of the predictor; `constant` keeps the base rate after warm-up too",
    )
    lr_multiplier: float = Field(default=1.0, gt=0, description="factor on the learning rate")
    frozen: bool = Field(default=False, description="the predictor keeps its initial weights")
    direct: DirectPred | None = Field(
        default=None, description="set the linear predictor in closed form (DirectPred) instead of training it"
    )

    @property
    def is_trained(self) -> bool:
        """Whether gradient steps move the predictor."""
        return not self.frozen and self.direct is None


class TermsUpdate(Params):
    """How the parameters that belong to terms of the objectives are updated: networks of a positive, centroids, temperatures."""

    optimizer: Annotated[Optimizer, OneOf(OPTIMIZERS)] | None = Field(
        default=None, description="an optimiser of their own; its rate follows the recipe's schedule"
    )
    lr_multiplier: float = Field(default=1.0, gt=0, description="factor on the learning rate")


class Optimize(Params):
    """Which blocks of parameters move, and in which order."""

    schedule: Literal["joint", "alternating"] = Field(
        description="joint: all at once; alternating: each block with the other held constant"
    )
    swap: bool = Field(
        default=True,
        description="also use the pair with the two views exchanged; without it view 1 is the target of view 0 and of local views",
    )
    blocks: tuple[str, ...] | None = Field(
        default=None,
        min_length=1,
        max_length=16,
        strict=False,
        description="branches that take turns: the E-step moves the first, the M-step the second",
    )
    updates: Literal["sequential", "simultaneous"] = Field(
        default="sequential", description="whether the M-step sees the result of the E-step of the same batch"
    )
    predictor: PredictorUpdate = Field(default=PredictorUpdate.usual(), description="update of the predictor")
    terms: TermsUpdate | None = Field(
        default=None, description="update of what terms of the objectives learn; default: as the encoder"
    )


class RecipeSpec(Params):
    """Optimisation settings of one scale. What a recipe does not say, `recipes.default` says, then the defaults of the language."""

    optimizer: Annotated[Optimizer, OneOf(OPTIMIZERS)] | None = Field(
        default=None, description="optimiser with its parameters"
    )
    batch_size: int | None = Field(default=None, ge=1, description="N, images per optimiser step; default 256")
    epochs: int | None = Field(default=None, ge=1, description="passes over the data; default 100")
    num_train: int | None = Field(
        default=None,
        ge=1,
        description="images of the training set, for a data set that does not say it (`folder`); read where a term keeps a row for each",
    )
    warmup_epochs: float | None = Field(
        default=None, ge=0, description="linear warm-up of the learning rate; default 0"
    )
    schedule: Literal["cosine", "constant"] | None = Field(
        default=None, description="learning rate after warm-up; default cosine"
    )
    precision: Literal["float32", "bfloat16", "float16"] | None = Field(
        default=None,
        description="type of matrix products and convolutions; losses and statistics are always float32; default float32",
    )
    channels_last: bool | None = Field(default=None, description="memory layout of images; default true")
    hardware: Hardware | None = Field(default=None, description="devices that share the batch; default: one")
    method: dict[str, object] | None = Field(
        default=None, description="changes to the method at this scale, merged over the spec"
    )
