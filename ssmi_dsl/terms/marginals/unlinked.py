"""Pairs of nodes with and without an edge."""

from typing import ClassVar, Literal

from ssmi_dsl.builders.protocol import Builder, Mask
from ssmi_dsl.terms.base import Critic, Facts, Inputs, Marginal, Scores, V
from ssmi_dsl.terms.reading import Origin, Reading, Step


class Unlinked(Marginal):
    """Positives are all pairs of nodes with an edge, a node with itself included; negatives all other pairs. All N² are scored.

    With the bound `jsd` and the critic `dot` this is GMI's I(w_ij; a_ij): minus the cross-entropy between the edges a_ij and
    w_ij = σ(h_iᵀ h_j), each class averaged by itself.
    """

    name: ClassVar[str] = "unlinked"
    kind: ClassVar[Literal["estimated", "surrogate", "none"]] = "estimated"
    only_negatives: ClassVar[bool] = True
    formula: ClassVar[str] = "p ≈ {(a_i, b_j): i ~ j or i = j};  q ≈ {(a_i, b_j): i ≁ j}"
    source: ClassVar[str] = (
        "Peng et al. 2020 (GMI, 2002.01169), the topology term I(w_ij; a_ij); weights of the classes as in the authors' code"
    )
    facts: ClassVar[Facts] = Facts(prevents_collapse=True, statistics="global")
    reading: ClassVar[Reading | None] = Reading(
        stands_for="M of a classification of pairs: samples of q are pairs of nodes without an edge",
        steps=(
            Step(
                "log σ(T) = -softplus(-T) and log(1 - σ(T)) = -softplus(T): the cross-entropy of the edges is the loss of `jsd`",
                r"a \log \sigma(T) + (1 - a) \log(1 - \sigma(T)) = -a\,\mathrm{sp}(-T) - (1 - a)\,\mathrm{sp}(T)",
                Origin.PROJECT,
            ),
            Step(
                "q holds the pairs without an edge, not all pairs: the value compares edges with non-edges, and bounds no I(A; B)",
                r"q \ne p(a)\,p(b)",
                Origin.PROJECT,
            ),
        ),
        section="Bounds and divergences",
    )

    @property
    def needs_graph(self) -> bool:
        return True

    def scores(self, b: Builder[V], critic: Critic, at: Inputs[V]) -> Scores[V]:
        assert at.adjacency is not None
        linked = b.add_diagonal(at.adjacency, constant=1.0)
        apart = b.shift(b.neg(linked), 1.0)
        matrix = critic.matrix(b, at.x, at.y, at.memory)
        # of mean 1 over the nodes: a weighted sum is then the mean over all pairs of its class
        weights = (b.div(linked, b.mean(b.row_sum(linked))), b.div(apart, b.mean(b.row_sum(apart))))
        return Scores(matrix, matrix, positives=Mask.NONE, excluded=Mask.NONE, weights=weights)
