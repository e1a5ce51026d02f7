"""Synchronous momentum grouping."""

from collections.abc import Mapping
from typing import ClassVar

from pydantic import Field, model_validator
from pydantic_core import PydanticCustomError

from ssmi_dsl.builders.protocol import Builder
from ssmi_dsl.terms.base import Assignment, Critic, Facts, Initial, Inputs, Shapes, TermPair, V
from ssmi_dsl.terms.reading import CROSS_ENTROPY, Origin, Reading, Step
from ssmi_dsl.terms.rings import written


class Groups(Assignment):
    """Targets are assigned to the nearest of K groups, which move with every batch; the anchor is compared with the moved groups.

    The batch's part of a group keeps its gradient: that is how groups and embeddings are trained together. Every `reset_steps` steps the
    groups are found anew by k-means over the last `memory` targets.
    """

    name: ClassVar[str] = "groups"
    formula: ClassVar[str] = "q = onehot(argmax_k ⟨b̂, g_k⟩),  g_k <- β g_k + (1 - β) mean of the anchors nearest to g_k"
    source: ClassVar[str] = "Pang et al. 2022 (SMoG), eq. 5 to 7 and section 3.3"
    facts: ClassVar[Facts] = Facts(prevents_collapse=True, exchange_symmetric=False, statistics="global")
    reading: ClassVar[Reading | None] = Reading(
        stands_for="M without a value: prototypes are running means of the embeddings, reset by k-means",
        steps=(
            CROSS_ENTROPY,
            Step(
                "groups move with the batch, whose part keeps its gradient: an anchor is told apart from the "
                "groups of others, as from negatives",
                r"g_k \leftarrow \beta g_k + (1 - \beta)\, \operatorname{mean}_{i: k(i) = k} \hat a_i",
                Origin.CITED,
            ),
        ),
        section="Assignments",
    )
    needs_projection: ClassVar[bool] = True

    count: int = Field(default=300, ge=2, description="K, the groups")
    momentum: float = Field(default=0.99, ge=0, lt=1, description="β of the groups")
    reset_steps: int = Field(default=300, ge=1, description="steps between resets by k-means")
    memory: int = Field(
        default=76800, ge=2, description="past targets that k-means reads; at most reset_steps times the batch"
    )
    iterations: int = Field(default=10, ge=1, description="iterations of k-means")

    @model_validator(mode="after")
    def _enough_rows(self) -> "Groups":
        if self.memory < self.count:
            raise PydanticCustomError(
                "too_small_memory",
                "a memory of {memory} targets cannot form {count} groups",
                {"memory": self.memory, "count": self.count},
            )
        return self

    def state(self, shapes: Shapes) -> Mapping[str, Initial]:
        return {
            "groups": Initial((self.count, shapes.width), "unit-rows"),
            "recent": Initial((self.memory, shapes.width), "unit-rows"),
            "recent_pointer": Initial(()),
        }

    def refresh_every(self, steps_per_epoch: int) -> int | None:
        return self.reset_steps

    def assign(self, b: Builder[V], at: Inputs[V]) -> V:
        return b.harden(b.matmul_t(b.normalize(at.y), at.memory["groups"]))

    def emit(self, b: Builder[V], critic: Critic, at: Inputs[V]) -> TermPair[V]:
        moved = self._moved(b, at)
        score = critic.pair(b, b.matmul_t(b.normalize(at.x), moved), self.assign(b, at), at.memory)
        return TermPair(b.neg(b.mean(score)), None, {"groups": b.stop_gradient(moved)})

    def renew(self, b: Builder[V], targets: tuple[V, ...], at: Inputs[V]) -> Mapping[str, V]:
        return written(b, at, b.normalize(targets[0]), ring="recent", pointer="recent_pointer")

    def _moved(self, b: Builder[V], at: Inputs[V]) -> V:
        """The groups [K D] after this batch, of norm 1; a group without a member stays."""
        assert at.projection is not None, "groups are means of projections"
        groups, members = at.memory["groups"], b.normalize(at.projection)
        nearest = b.harden(b.matmul_t(members, groups))
        sizes = b.column_sum(nearest)
        empty = b.relu(b.shift(b.neg(sizes), 1.0))
        present = b.shift(b.neg(empty), 1.0)
        means = b.mul_column(b.matmul(b.transpose(nearest), members), b.div(present, b.add(sizes, empty)))
        kept = b.mul_column(groups, b.shift(b.scale(present, self.momentum - 1), 1.0))
        return b.normalize(b.add(kept, b.scale(means, 1 - self.momentum)))
