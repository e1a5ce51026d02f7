"""Balanced clusters of the target's tokens that a head of their own learns."""

from collections.abc import Mapping
from typing import ClassVar

from pydantic import Field

from ssmi_dsl.builders.protocol import Builder
from ssmi_dsl.terms.base import Critic, Facts, Initial, Inputs, Shapes, Surrogate, TermPair, V
from ssmi_dsl.terms.reading import Origin, Reading, Step


class OnlineClusters(Surrogate):
    """The target's tokens are assigned to K centroids by Sinkhorn-Knopp, tokens of each place among themselves; the anchor predicts the
    assignments of hidden tokens, and the centroids learn to predict those of all tokens.

    K is what the anchor's prototypes give. The two losses share nothing but the assignments, which are constants: the marginal part trains the
    centroids and nothing else, the joint part all but them.
    """

    name: ClassVar[str] = "online-clusters"
    formula: ClassVar[str] = "q = N SK((C b̂ + c) / ε) at each place;  M = -mean Σ_k q_k log softmax_k((C b̂ + c) / τ)"
    source: ClassVar[str] = "Darcet et al. 2025 (CAPI), section 3.2, and its official code"
    facts: ClassVar[Facts] = Facts(prevents_collapse=True, exchange_symmetric=False, statistics="global")
    reading: ClassVar[Reading | None] = Reading(
        stands_for="a constraint in the place of M: at each place of the grid the mean assignment of a batch is uniform, its entropy log K",
        steps=(
            Step(
                "the anchor's loss is a cross-entropy: E H(q) + E KL(q ‖ p); equal shares at each place keep q from being a function of "
                "the place alone",
                r"-\mathbb{E} \sum_k q_k \log p_k = \mathbb{E} H(q) + \mathbb{E}\, \mathrm{KL}(q\,\|\,p)",
                Origin.PROJECT,
            ),
            Step(
                "the centroids' own loss is such a cross-entropy too: with the assignments held, it moves the centroids until their softmax "
                "tells them from b alone",
                r"\min_{C, c}\; \mathbb{E}\, \mathrm{KL}\big(q\,\|\,\operatorname{softmax}((C \hat b + c)/\tau)\big)",
                Origin.CITED,
            ),
        ),
        section="Assignments",
    )
    needs_hidden: ClassVar[bool] = True
    learns_alone: ClassVar[bool] = True

    epsilon: float = Field(default=0.06, gt=0, description="ε, the entropy of the assignment")
    temperature: float = Field(default=0.12, gt=0, description="τ of the centroids' own softmax")
    iterations: int = Field(default=3, ge=1, description="Sinkhorn-Knopp iterations")
    bias: bool = Field(default=True, description="c, a learned offset for each centroid")
    per_place: bool = Field(default=True, description="tokens are balanced place by place, not all together")

    def learned(self, shapes: Shapes) -> Mapping[str, Initial]:
        count = shapes.width if shapes.anchor is None else shapes.anchor
        centroids = {"centroids": Initial((count, shapes.width), "normal", 1.0)}
        return {**centroids, "centroid_bias": Initial((count,))} if self.bias else centroids

    def emit(self, b: Builder[V], critic: Critic, at: Inputs[V]) -> TermPair[V]:
        assert at.hidden is not None, "the anchor predicts hidden tokens"
        scores = b.matmul_t(b.normalize(at.y), at.memory["centroids"])
        if self.bias:
            scores = b.add_row(scores, at.memory["centroid_bias"])
        group = at.target_rows if self.per_place else 1
        logits = b.scale(b.stop_gradient(scores), 1 / self.epsilon)
        assigned = b.sinkhorn(logits, iterations=self.iterations, group=group)
        own = b.row_dot(assigned, b.log_softmax(b.scale(scores, 1 / self.temperature)))
        predicted = critic.pair(b, at.x, b.take_places(assigned, at.hidden), at.memory)
        return TermPair(b.neg(b.mean(predicted)), b.neg(b.mean(own)))
