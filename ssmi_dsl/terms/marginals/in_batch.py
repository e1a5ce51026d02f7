"""Negatives from the batch."""

from typing import ClassVar, Literal

from pydantic import Field

from ssmi_dsl.builders.protocol import Builder, Mask
from ssmi_dsl.terms.base import Critic, Facts, Inputs, Marginal, Scores, V


class InBatch(Marginal):
    """The product of marginals is sampled by pairing every anchor with every target of the batch."""

    name: ClassVar[str] = "in-batch"
    kind: ClassVar[Literal["estimated", "surrogate", "none"]] = "estimated"
    formula: ClassVar[str] = "q ≈ {(a_i, b_j)}; i ≠ j are negatives"
    source: ClassVar[str] = "Poole et al. 2019, section 2; Tschannen et al. 2020, eq. 3"
    facts: ClassVar[Facts] = Facts(prevents_collapse=True, statistics="global")

    over: Literal["targets", "anchors"] = Field(
        default="targets",
        description="the candidates of a sum: targets for each anchor, or anchors for each target (NNCLR)",
    )

    def scores(self, b: Builder[V], critic: Critic, at: Inputs[V]) -> Scores[V]:
        positive = critic.pair(b, at.x, at.y, at.memory)
        rows, candidates = (at.x, at.y) if self.over == "targets" else (at.y, at.x)
        matrix = critic.matrix(b, rows, candidates, at.memory)
        return Scores(positive, matrix, positives=Mask.DIAGONAL, excluded=Mask.NONE)
