"""The partner is the nearest of past targets."""

from collections.abc import Mapping
from typing import ClassVar

from pydantic import Field

from ssmi_dsl.builders.protocol import Builder
from ssmi_dsl.terms.base import Initial, Inputs, Positive, Shapes, V
from ssmi_dsl.terms.reading import Origin, Reading, Step
from ssmi_dsl.terms.rings import written


class NearestNeighbour(Positive):
    """b_i is replaced by the most similar of the last `size` targets, which is a constant of norm 1.

    The support set is read before the targets of the step enter it; otherwise every target would be its own neighbour.
    """

    name: ClassVar[str] = "nearest-neighbour"
    formula: ClassVar[str] = "argmax_{s ∈ Q} cos(b_i, s)"
    source: ClassVar[str] = "Dwibedi et al. 2021 (NNCLR), eq. 2 and section 3.2"
    reading: ClassVar[Reading | None] = Reading(
        stands_for="the pair of J: the partner s(b) is a function of b while the support set stands still",
        steps=(
            Step(
                "I(A; s(B)) ≤ I(A;B) for a fixed support set: a lower bound with this positive is one of I(A;B) too",
                r"I(A; s(B)) \le I(A; B)",
                Origin.PROJECT,
            ),
        ),
        section="Bounds and divergences",
    )

    size: int = Field(default=65536, ge=1, description="|Q|, the number of stored targets; a multiple of the batch")

    def state(self, shapes: Shapes) -> Mapping[str, Initial]:
        return {"support": Initial((self.size, shapes.width), "unit-rows"), "support_pointer": Initial(())}

    def partner(self, b: Builder[V], at: Inputs[V]) -> V:
        support = at.memory["support"]
        return b.take_rows(support, b.row_argmax(b.matmul_t(b.normalize(at.y), support)))

    def renew(self, b: Builder[V], targets: tuple[V, ...], at: Inputs[V]) -> Mapping[str, V]:
        return written(b, at, b.normalize(targets[0]), ring="support", pointer="support_pointer")
