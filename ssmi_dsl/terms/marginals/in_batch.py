"""Negatives from the batch."""

from typing import ClassVar, Literal

from ssmi_dsl.builders.protocol import Builder, Mask
from ssmi_dsl.terms.base import Critic, Facts, Marginal, Scores, V


class InBatch(Marginal):
    """The product of marginals is sampled by pairing every anchor with every target of the batch."""

    name: ClassVar[str] = "in-batch"
    kind: ClassVar[Literal["estimated", "surrogate", "none"]] = "estimated"
    formula: ClassVar[str] = "q ≈ {(a_i, b_j)}; i ≠ j are negatives"
    source: ClassVar[str] = "Poole et al. 2019, section 2; Tschannen et al. 2020, eq. 3"
    facts: ClassVar[Facts] = Facts(prevents_collapse=True, statistics="global")

    def scores(self, b: Builder[V], critic: Critic, x: V, y: V, queue: V | None) -> Scores[V]:
        return Scores(critic.pair(b, x, y), critic.matrix(b, x, y), positives=Mask.DIAGONAL, excluded=Mask.NONE)
