"""Relations to a queue of past targets."""

from collections.abc import Mapping
from typing import ClassVar

from pydantic import Field

from ssmi_dsl.builders.protocol import Builder
from ssmi_dsl.terms.base import Assignment, Critic, Facts, Initial, Inputs, Shapes, TermPair, V
from ssmi_dsl.terms.reading import CROSS_ENTROPY, Origin, Reading, Step
from ssmi_dsl.terms.rings import written


class Relations(Assignment):
    """Anchor and target are compared by their similarities with the last `size` targets, the target's sharpened by a low temperature.

    The queue takes the part of prototypes: the critic `prototypes` compares the two distributions over it.
    """

    name: ClassVar[str] = "relations"
    formula: ClassVar[str] = "q = softmax(⟨b̂, Q⟩ / τ_t) against p = softmax(⟨â, Q⟩ / τ)"
    source: ClassVar[str] = "Zheng et al. 2021 (ReSSL), eq. 4 to 6"
    facts: ClassVar[Facts] = Facts(prevents_collapse=True, exchange_symmetric=False, statistics="global")
    reading: ClassVar[Reading | None] = Reading(
        stands_for="M without a value or a gradient: past targets take the part of prototypes, the target is sharpened",
        steps=(
            CROSS_ENTROPY,
            Step(
                "with τ_t < τ the target's distribution over the queue is the sharper one: a uniform relation "
                "is no fixed point while samples differ",
                r"q = \operatorname{softmax}(\langle \hat b, Q \rangle / \tau_t)",
                Origin.CITED,
            ),
            Step(
                "no centre evens out the shares of stored targets: they change with every step instead",
                r"Q_t \ne Q_{t+1}",
                Origin.PROJECT,
            ),
        ),
        section="Assignments",
    )

    size: int = Field(default=65536, ge=1, description="K, the number of stored targets; a multiple of the batch")
    temperature: float = Field(default=0.04, gt=0, description="τ_t, the temperature of the target's relations")

    def state(self, shapes: Shapes) -> Mapping[str, Initial]:
        return {"related": Initial((self.size, shapes.width), "unit-rows"), "related_pointer": Initial(())}

    def assign(self, b: Builder[V], at: Inputs[V]) -> V:
        return b.softmax(b.scale(self._similarities(b, at.y, at), 1 / self.temperature))

    def emit(self, b: Builder[V], critic: Critic, at: Inputs[V]) -> TermPair[V]:
        score = critic.pair(b, self._similarities(b, at.x, at), self.assign(b, at), at.memory)
        return TermPair(b.neg(b.mean(score)), None)

    def renew(self, b: Builder[V], targets: tuple[V, ...], at: Inputs[V]) -> Mapping[str, V]:
        return written(b, at, b.normalize(targets[0]), ring="related", pointer="related_pointer")

    def _similarities(self, b: Builder[V], z: V, at: Inputs[V]) -> V:
        return b.matmul_t(b.normalize(z), at.memory["related"])
