"""Negatives by a random permutation."""

from collections.abc import Mapping
from typing import ClassVar, Literal

from pydantic import Field

from ssmi_dsl.builders.protocol import Builder, Mask
from ssmi_dsl.terms.base import Critic, Facts, Inputs, Marginal, Scores, Shapes, V
from ssmi_dsl.terms.reading import Origin, Reading, Step


class Permutation(Marginal):
    """Negatives by a random permutation: every anchor meets the target of one other place, `count` times.

    A permutation is one cycle through all samples in a random order, so that none meets itself. With `exclude_neighbours` a node goes on
    along the cycle until it meets one without an edge to it.
    """

    name: ClassVar[str] = "permutation"
    kind: ClassVar[Literal["estimated", "surrogate", "none"]] = "estimated"
    only_negatives: ClassVar[bool] = True
    formula: ClassVar[str] = "q ≈ {(a_i, b_π(i))}"
    source: ClassVar[str] = "Belghazi et al. 2018 (MINE); Veličković et al. 2019 (DGI)"
    facts: ClassVar[Facts] = Facts(prevents_collapse=True, statistics="global")
    reading: ClassVar[Reading | None] = Reading(
        stands_for="M itself, estimated: samples of q are anchors with the target of another sample, drawn anew in each step",
        steps=(
            Step(
                "q = p(a) p(b) is sampled by (a_i, b_π(i)), π without fixed points",
                r"\mathbb{E}_q f \approx \tfrac{1}{N} \sum_i f(a_i, b_{\pi(i)})",
                Origin.CITED,
            ),
        ),
        section="Bounds and divergences",
    )

    draw: Literal["derangement", "permutation", "replacement"] = Field(
        default="derangement", description="π without fixed points, any π, or targets drawn with replacement"
    )
    over: Literal["samples", "places"] = Field(
        default="samples", description="what π exchanges: samples, or places (patches, times, nodes) of one sample"
    )
    count: int = Field(default=1, ge=1, le=64, description="K, permutations in a step: negatives of every anchor")
    exclude_neighbours: bool = Field(default=False, description="of graphs: a node's neighbours are not its negatives")

    @property
    def needs_graph(self) -> bool:
        return self.exclude_neighbours

    def noise(self, shapes: Shapes) -> Mapping[str, tuple[int, ...]]:
        return {f"order{draw}": (shapes.batch,) for draw in range(self.count)}

    def scores(self, b: Builder[V], critic: Critic, at: Inputs[V]) -> Scores[V]:
        left_out = at.adjacency if self.exclude_neighbours else None
        others = (b.successor(at.memory[f"order{draw}"], left_out) for draw in range(self.count))
        negatives = b.columns(tuple(critic.pair(b, at.x, b.take_rows(at.y, other), at.memory) for other in others))
        if at.partners is None:
            return Scores(critic.pair(b, at.x, at.y, at.memory), negatives, positives=Mask.NONE, excluded=Mask.NONE)
        # every negative counts as much as all partners of its anchor together
        share = b.scale(b.row_sum(at.partners), 1 / self.count)
        return Scores(
            critic.matrix(b, at.x, at.y, at.memory),
            negatives,
            positives=Mask.NONE,
            excluded=Mask.NONE,
            weights=(at.partners, b.columns((share,) * self.count)),
        )
