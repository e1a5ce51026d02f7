"""Assignments by spherical k-means over the training set."""

from collections.abc import Mapping
from typing import Annotated, ClassVar

from pydantic import Field

from ssmi_dsl.builders.protocol import Builder
from ssmi_dsl.terms.base import Assignment, Critic, Facts, Initial, Inputs, Shapes, TermPair, V
from ssmi_dsl.terms.reading import CROSS_ENTROPY, Origin, Reading, Step


class KMeans(Assignment):
    """Every image is assigned to the nearest of K centres, found at the start of each epoch from the last embedding of each image.

    Several heads cluster the same memory apart from each other; the loss is their mean. Centres and assignments are constants of an epoch.
    """

    name: ClassVar[str] = "kmeans"
    formula: ClassVar[str] = "q_i = onehot(argmax_k ⟨m_i, c_k⟩),  c = spherical k-means of the memory m"
    source: ClassVar[str] = "Caron et al. 2018 (DeepCluster); Caron et al. 2020 (SwAV), appendix A.3 (DeepCluster-v2)"
    facts: ClassVar[Facts] = Facts(prevents_collapse=True, exchange_symmetric=False, statistics="global")
    reading: ClassVar[Reading | None] = Reading(
        stands_for="M without a value or a gradient: prototypes are centres of the embeddings themselves, renewed between epochs",
        steps=(
            CROSS_ENTROPY,
            Step(
                "centres and assignments are constants of an epoch; centres lie where embeddings spread, but "
                "nothing holds the shares of clusters equal",
                r"q_i = \operatorname{onehot}(\operatorname{argmax}_k \langle m_i, c_k \rangle)",
                Origin.CITED,
            ),
        ),
        section="Assignments",
    )
    needs_index: ClassVar[bool] = True
    ignores_target: ClassVar[bool] = True

    counts: tuple[Annotated[int, Field(ge=2)], ...] = Field(
        default=(3000, 3000, 3000), min_length=1, strict=False, description="K, the clusters of each head"
    )
    iterations: int = Field(default=10, ge=1, description="iterations of k-means")

    def state(self, shapes: Shapes) -> Mapping[str, Initial]:
        rows = shapes.num_train or 0  # of unknown size only in formulas: the compiler refuses such data
        held = {"bank": Initial((rows, shapes.width), "unit-rows")}
        for head, count in enumerate(self.counts):
            held[f"centres{head}"] = Initial((count, shapes.width), "unit-rows")
            held[f"assigned{head}"] = Initial((rows,))
        return held

    def refresh_every(self, steps_per_epoch: int) -> int | None:
        return steps_per_epoch

    def emit(self, b: Builder[V], critic: Critic, at: Inputs[V]) -> TermPair[V]:
        assert at.index is not None, "assignments are looked up by the number of the sample"
        anchor = b.normalize(at.x)
        total: V | None = None
        for head, count in enumerate(self.counts):
            scores = b.matmul_t(anchor, at.memory[f"centres{head}"])
            assigned = b.one_hot(b.take_rows(at.memory[f"assigned{head}"], at.index), count=count)
            score = b.mean(critic.pair(b, scores, assigned, at.memory))
            total = score if total is None else b.add(total, score)
        assert total is not None, "there is at least one head"
        return TermPair(b.scale(total, -1 / len(self.counts)), None)

    def renew(self, b: Builder[V], targets: tuple[V, ...], at: Inputs[V]) -> Mapping[str, V]:
        assert at.index is not None, "the memory has a row for every sample"
        return {"bank": b.put_rows(at.memory["bank"], at.index, b.normalize(targets[0]))}
