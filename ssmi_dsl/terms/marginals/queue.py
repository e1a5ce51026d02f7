"""Negatives from a queue of past targets."""

from typing import ClassVar, Literal

from pydantic import Field

from ssmi_dsl.builders.protocol import Builder, Mask
from ssmi_dsl.terms.base import Critic, Facts, Marginal, Scores, V


class Queue(Marginal):
    """The marginal is sampled from the last `size` targets.

    They are constants; the batch's own targets enter after the loss is taken.
    """

    name: ClassVar[str] = "queue"
    kind: ClassVar[Literal["estimated", "surrogate", "none"]] = "estimated"
    formula: ClassVar[str] = "candidates of a_i are b_i and the queue b̄_1 … b̄_K"
    source: ClassVar[str] = "He et al. 2020 (MoCo), eq. 1 and algorithm 1"
    facts: ClassVar[Facts] = Facts(prevents_collapse=True, exchange_symmetric=False, statistics="global")

    size: int = Field(default=65536, ge=1, description="K, the number of stored targets; a multiple of the batch")

    def scores(self, b: Builder[V], critic: Critic, x: V, y: V, queue: V | None) -> Scores[V]:
        assert queue is not None, "a queue marginal needs the queue's contents"
        positive = critic.pair(b, x, y)
        matrix = b.prepend(positive, critic.matrix(b, x, queue))
        return Scores(positive, matrix, positives=Mask.FIRST, excluded=Mask.NONE)
