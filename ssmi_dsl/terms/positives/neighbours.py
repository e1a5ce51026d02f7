"""The partners of a node are its neighbours and itself."""

from typing import ClassVar, Literal

from pydantic import Field

from ssmi_dsl.builders.protocol import Builder
from ssmi_dsl.terms.base import Inputs, Positive, V
from ssmi_dsl.terms.reading import Origin, Reading, Step


class Neighbours(Positive):
    """b_j of node i itself and of every node with an edge to it, each with a weight w_ij; the joint term is Σ_j w_ij J(a_i, b_j)."""

    name: ClassVar[str] = "neighbours"
    formula: ClassVar[str] = "{b_j: j = i or i ~ j}, w_ij = 1/n_i or σ(a_iᵀ a_j)"
    source: ClassVar[str] = "Peng et al. 2020 (GMI, 2002.01169), the decomposition of feature mutual information"
    reading: ClassVar[Reading | None] = Reading(
        stands_for="the pairs of J: information between a node and the features of its neighbourhood X_i, taken apart by node",
        steps=(
            Step(
                "I(a_i; X_i) is a weighted sum over the n_i members of X_i, with weights between 1/n_i and 1",
                r"I(a_i; X_i) = \sum_j w_{ij} I(a_i; b_j), \quad 1/n_i \le w_{ij} \le 1",
                Origin.CITED,
            ),
        ),
        section="Bounds and divergences",
    )

    weights: Literal["mean", "adaptive"] = Field(
        default="mean",
        description="w_ij: 1/n_i of n_i partners, or σ(a_iᵀ a_j) of the anchors themselves, with its gradient",
    )

    @property
    def needs_graph(self) -> bool:
        return True

    def partner(self, b: Builder[V], at: Inputs[V]) -> V:
        return at.y

    def partners(self, b: Builder[V], at: Inputs[V]) -> V:
        assert at.adjacency is not None
        linked = b.add_diagonal(at.adjacency, constant=1.0)
        if self.weights == "mean":
            return b.mul_column(linked, b.exp(b.neg(b.log(b.row_sum(linked)))))
        # σ(s) = exp(-softplus(-s)), which overflows nowhere
        return b.mul(linked, b.exp(b.neg(b.softplus(b.neg(b.matmul_t(at.x, at.x))))))
