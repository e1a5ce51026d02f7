"""Evaluation: how mutual information is read out, what a probe sees, and what watches for collapse."""

from typing import Literal

from pydantic import Field

from ssmi_dsl.components.base import Params

Estimator = Literal["donsker-varadhan", "infonce", "jsd", "nwj", "smile", "dcl"]
Monitor = Literal["feature-std", "effective-rank"]


class MutualInformation(Params):
    """The read-out of mutual information on held-out pairs, with a fixed cosine critic."""

    estimators: tuple[Estimator, ...] = Field(
        default=("donsker-varadhan", "infonce", "jsd", "nwj"),
        strict=False,
        min_length=1,
        description="what is read out",
    )
    samples: int = Field(default=2048, ge=2, description="N, pairs of a read-out")
    report: Literal["estimate", "lower-bound", "certified"] = Field(
        default="estimate",
        description="what a value is called: an estimate, a lower bound in expectation, or a bound with high confidence",
    )
    select: Literal["last", "best"] = Field(
        default="last", description="which value is reported: that of the last checkpoint, or the largest of all"
    )


class Probe(Params):
    """The classifier that grades the representation."""

    reads: Literal["features", "embedding"] = Field(
        default="features", description="what it reads: features of the backbone, or the projector's output"
    )
    select_on: Literal["held-out", "test"] = Field(
        default="held-out", description="where its penalty is chosen: on a part of the training set, or on the test set"
    )


class Evaluate(Params):
    """What a run measures beside its loss."""

    mutual_information: MutualInformation = Field(
        default=MutualInformation.usual(), description="read-out of mutual information"
    )
    probe: Probe = Field(default=Probe.usual(), description="the probe on frozen features")
    monitors: tuple[Monitor, ...] = Field(
        default=("feature-std", "effective-rank"), strict=False, description="what watches for collapse during a run"
    )
