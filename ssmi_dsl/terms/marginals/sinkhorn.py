"""Balanced assignments by Sinkhorn-Knopp."""

from collections.abc import Mapping
from typing import ClassVar

from pydantic import Field

from ssmi_dsl.builders.protocol import Builder
from ssmi_dsl.terms.base import Assignment, Facts, Initial, Inputs, Ramp, Shapes, V
from ssmi_dsl.terms.reading import CROSS_ENTROPY, Origin, Reading, Step
from ssmi_dsl.terms.rings import written


class Sinkhorn(Assignment):
    """The assignment of entropy ε in which every prototype takes an equal share of the batch: equipartition is the marginal term.

    The iterations run on logarithms, so that no ε over- or underflows. With a queue, the last embeddings of the first target are assigned
    together with the batch; they weigh nothing before `queue_epochs`, by when the queue must be full.
    """

    name: ClassVar[str] = "sinkhorn"
    formula: ClassVar[str] = "q = N SK(exp(b / ε)): rows sum to 1, columns to N / K"
    source: ClassVar[str] = "Caron et al. 2020 (SwAV), eq. 3 to 5; Cuturi 2013"
    facts: ClassVar[Facts] = Facts(prevents_collapse=True, exchange_symmetric=False, statistics="global")
    reading: ClassVar[Reading | None] = Reading(
        stands_for="a constraint in the place of M: the mean assignment of a batch is uniform, its entropy log K",
        steps=(
            CROSS_ENTROPY,
            Step(
                "rows that sum to 1 and columns that share the batch equally; rows come last, so columns are "
                "equal up to what the iterations leave",
                r"\tfrac1N \sum_i q_i \approx \tfrac1K \mathbf{1}",
                Origin.CITED,
            ),
        ),
        section="Assignments",
    )

    epsilon: float = Field(default=0.05, gt=0, description="ε, the entropy of the assignment")
    iterations: int = Field(default=3, ge=1, description="Sinkhorn-Knopp iterations")
    queue: int = Field(default=0, ge=0, description="past embeddings that are assigned together with the batch")
    queue_epochs: float = Field(default=0.0, ge=0, description="epochs before the queue counts")

    @property
    def needs_prototypes(self) -> bool:
        return self.queue > 0

    def state(self, shapes: Shapes) -> Mapping[str, Initial]:
        if not self.queue:
            return {}
        width = shapes.width if shapes.embedding is None else shapes.embedding
        return {"past": Initial((self.queue, width), "unit-rows"), "past_pointer": Initial(())}

    def schedules(self) -> Mapping[str, Ramp]:
        return {"past_share": Ramp(0.0, 1.0, self.queue_epochs, jump=True)} if self.queue else {}

    def assign(self, b: Builder[V], at: Inputs[V]) -> V:
        scores = b.scale(at.y, 1 / self.epsilon)
        if not self.queue:
            return b.sinkhorn(scores, iterations=self.iterations)
        assert at.prototypes is not None, "a queue of embeddings is scored against the prototypes"
        past = b.scale(b.matmul_t(at.memory["past"], at.prototypes), 1 / self.epsilon)
        return b.sinkhorn(scores, past, at.memory["past_share"], iterations=self.iterations)

    def renew(self, b: Builder[V], targets: tuple[V, ...], at: Inputs[V]) -> Mapping[str, V]:
        if not self.queue:
            return {}
        assert at.embedding is not None, "the queue holds embeddings"
        return written(b, at, at.embedding, ring="past", pointer="past_pointer")
