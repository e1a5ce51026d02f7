"""Negatives from the batch."""

from typing import ClassVar, Literal

from pydantic import Field

from ssmi_dsl.builders.protocol import Builder, Mask
from ssmi_dsl.terms.base import Critic, Facts, Inputs, Marginal, Scores, V
from ssmi_dsl.terms.reading import Origin, Reading, Step


class InBatch(Marginal):
    """The product of marginals is sampled by pairing every anchor with every target of the batch."""

    name: ClassVar[str] = "in-batch"
    kind: ClassVar[Literal["estimated", "surrogate", "none"]] = "estimated"
    formula: ClassVar[str] = "q ≈ {(a_i, b_j)}; i ≠ j are negatives"
    source: ClassVar[str] = "Poole et al. 2019, section 2; Tschannen et al. 2020, eq. 3"
    facts: ClassVar[Facts] = Facts(prevents_collapse=True, statistics="global")
    reading: ClassVar[Reading | None] = Reading(
        stands_for="M itself, estimated: samples of q are pairs of different samples of the batch",
        steps=(
            Step(
                "q = p(a) p(b) is sampled by (a_i, b_j), i ≠ j",
                r"\mathbb{E}_q e^{T} \approx \tfrac{1}{N(N-1)} \sum_{i \ne j} e^{T(a_i, b_j)}",
                Origin.CITED,
            ),
        ),
        section="Caps",
    )

    def candidates(self, batch: int) -> int | None:
        return batch

    over: Literal["targets", "anchors"] = Field(
        default="targets",
        description="the candidates of a sum: targets for each anchor, or anchors for each target (NNCLR)",
    )

    def scores(self, b: Builder[V], critic: Critic, at: Inputs[V]) -> Scores[V]:
        positive = critic.pair(b, at.x, at.y, at.memory)
        rows, candidates = (at.x, at.y) if self.over == "targets" else (at.y, at.x)
        matrix = critic.matrix(b, rows, candidates, at.memory)
        return Scores(positive, matrix, positives=Mask.DIAGONAL, excluded=Mask.NONE)
