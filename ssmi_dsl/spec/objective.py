"""The objective: which bound on mutual information, with which critic, and what gives the marginal term."""

from typing import Annotated, Literal

from pydantic import Field

from ssmi_dsl.components.base import Params
from ssmi_dsl.components.choice import OneOf
from ssmi_dsl.terms import BOUNDS, CRITICS, MARGINALS, POSITIVES, Bound, Critic, Marginal, Positive
from ssmi_dsl.terms.positives.paired import Paired


class Weights(Params):
    """Weights of the two terms of the loss."""

    joint: float = Field(default=1.0, ge=0, description="weight of the joint term (alignment)")
    marginal: float = Field(default=1.0, ge=0, description="weight of the marginal term (what prevents collapse)")


class Reads(Params):
    """Which branch outputs the objective reads."""

    a: str = Field(description="the anchor: a branch (its last output), or `branch.output`")
    b: str = Field(description="the target: a branch (its last output), or `branch.output`")


class Objective(Params):
    """maximise I(Z_A; Z_B) >= J - M, written as a loss: `weight * (weights.joint * -J + weights.marginal * M)`."""

    bound: Annotated[Bound, OneOf(BOUNDS)] = Field(description="how the joint and the marginal term are combined")
    critic: Annotated[Critic, OneOf(CRITICS)] = Field(description="the form of T(a, b)")
    marginal: Annotated[Marginal, OneOf(MARGINALS)] = Field(
        description="how the marginal term is estimated or replaced"
    )
    positive: Annotated[Positive, OneOf(POSITIVES)] = Field(
        default=Paired.usual(), description="how the partner of an anchor is found among the targets"
    )
    name: str | None = Field(
        default=None,
        pattern=r"^[a-z][a-z0-9-]{0,31}$",
        description="name of the objective in metrics and in the certificate, where a spec has several",
    )
    on: Reads | None = Field(
        default=None, description="branch outputs to read; default: the first and the second branch"
    )
    views: Literal["other", "same"] = Field(
        default="other",
        description="which views meet: each with every other global view, or each global view with itself, as two branches see it",
    )
    weight: float = Field(default=1.0, gt=0, description="factor on the whole loss")
    weights: Weights = Field(default=Weights.usual(), description="weights of the two terms")
    directions: Literal["mean", "sum"] = Field(
        default="mean", description="how the two directions of a swapped or asymmetric loss are combined"
    )
    target_nats: float | None = Field(
        default=None, gt=0, description="mutual information that the read-out must be able to show, in nats"
    )
