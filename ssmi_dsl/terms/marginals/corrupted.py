"""Negatives from a corrupted graph."""

from typing import ClassVar, Literal

from ssmi_dsl.builders.protocol import Builder, Mask
from ssmi_dsl.terms.base import Critic, Facts, Inputs, Marginal, Scores, V
from ssmi_dsl.terms.reading import Origin, Reading, Step


class Corrupted(Marginal):
    """Negatives are the nodes of the corrupted view, with the summary of the true graph: the anchor changes, the target stays."""

    name: ClassVar[str] = "corrupted"
    kind: ClassVar[Literal["estimated", "surrogate", "none"]] = "estimated"
    reads: ClassVar[Literal["pair", "views", "pairs"]] = "views"
    only_negatives: ClassVar[bool] = True
    formula: ClassVar[str] = "q ≈ {(ã_i, s)}, ã the nodes of the corrupted graph"
    source: ClassVar[str] = "Veličković et al. 2019 (Deep Graph Infomax, 1809.10341), eq. 1"
    facts: ClassVar[Facts] = Facts(prevents_collapse=True, exchange_symmetric=False, statistics="global")
    reading: ClassVar[Reading | None] = Reading(
        stands_for="M, estimated from nodes whose features were exchanged, in the place of nodes of other graphs",
        steps=(
            Step(
                "of one graph there are no other samples: q is the distribution of nodes of corrupted graphs, with the same summary",
                r"\mathbb{E}_q f \approx \tfrac{1}{N} \sum_i f(\tilde a_i, s)",
                Origin.CITED,
            ),
            Step(
                "it is no product of marginals: the value compares true with corrupted graphs, and bounds no I(A; S)",
                r"q \ne p(a)\,p(s)",
                Origin.PROJECT,
            ),
        ),
        section="Bounds and divergences",
    )

    @property
    def needs_graph(self) -> bool:
        return True

    def scores(self, b: Builder[V], critic: Critic, at: Inputs[V]) -> Scores[V]:
        return Scores(
            critic.matrix(b, at.x, at.y, at.memory),
            critic.matrix(b, at.views[-1], at.y, at.memory),
            positives=Mask.NONE,
            excluded=Mask.NONE,
        )
