"""Negatives from a queue of past targets."""

from collections.abc import Mapping
from typing import ClassVar, Literal

from pydantic import Field

from ssmi_dsl.builders.protocol import Builder, Mask
from ssmi_dsl.terms.base import Critic, Facts, Initial, Inputs, Marginal, Scores, Shapes, V
from ssmi_dsl.terms.reading import Origin, Reading, Step
from ssmi_dsl.terms.rings import written


class Queue(Marginal):
    """The marginal is sampled from the last `size` targets.

    They are constants of norm 1; the targets of the first pair enter after the loss is taken.
    """

    name: ClassVar[str] = "queue"
    kind: ClassVar[Literal["estimated", "surrogate", "none"]] = "estimated"
    formula: ClassVar[str] = "candidates of a_i are b_i and the queue b̄_1 … b̄_K"
    source: ClassVar[str] = "He et al. 2020 (MoCo), eq. 1 and algorithm 1"
    facts: ClassVar[Facts] = Facts(prevents_collapse=True, exchange_symmetric=False, statistics="global")
    reading: ClassVar[Reading | None] = Reading(
        stands_for="M itself, estimated: past targets are samples of the target's marginal",
        steps=(
            Step(
                "q is sampled by (a_i, b̄_k), b̄_k the target of an earlier batch: independent of a_i, but of a target some steps older",
                r"M_i = \log\Big(e^{T(a_i, b_i)} + \sum_{k=1}^{K} e^{T(a_i, \bar b_k)}\Big)",
                Origin.CITED,
            ),
        ),
        section="Caps",
    )

    size: int = Field(default=65536, ge=1, description="K, the number of stored targets; a multiple of the batch")

    def candidates(self, batch: int) -> int | None:
        return self.size + 1

    def state(self, shapes: Shapes) -> Mapping[str, Initial]:
        return {"queue": Initial((self.size, shapes.width), "unit-rows"), "pointer": Initial(())}

    def scores(self, b: Builder[V], critic: Critic, at: Inputs[V]) -> Scores[V]:
        positive = critic.pair(b, at.x, at.y, at.memory)
        matrix = b.prepend(positive, critic.matrix(b, at.x, at.memory["queue"], at.memory))
        return Scores(positive, matrix, positives=Mask.FIRST, excluded=Mask.NONE)

    def renew(self, b: Builder[V], targets: tuple[V, ...], at: Inputs[V]) -> Mapping[str, V]:
        # of tokens, a sample enters as the mean of its rows (Wang et al. 2021, DenseCL, section 3.3)
        keys = b.normalize(targets[0] if at.rows == 1 else b.group_mean(targets[0], group=at.rows))
        return written(b, at, keys, ring="queue", pointer="pointer")
