"""The partner of every node is one summary of the graph."""

from typing import ClassVar

from ssmi_dsl.builders.protocol import Builder
from ssmi_dsl.terms.base import Inputs, Positive, V
from ssmi_dsl.terms.reading import Origin, Reading, Step


class Summary(Positive):
    """s = σ(mean of all targets) [1 D], the same for every anchor."""

    name: ClassVar[str] = "summary"
    formula: ClassVar[str] = "s = σ(1/N Σ_j b_j)"
    source: ClassVar[str] = "Veličković et al. 2019 (Deep Graph Infomax, 1809.10341), the readout of the experiments"
    reading: ClassVar[Reading | None] = Reading(
        stands_for="the pairs of J: information between a node and a summary of its whole graph",
        steps=(
            Step(
                "of one graph the summary is one vector: A and S are a pair of random variables over graphs only",
                r"s = \sigma\!\left(\tfrac1N \sum_j b_j\right)",
                Origin.PROJECT,
            ),
        ),
        section="Bounds and divergences",
    )

    @property
    def needs_graph(self) -> bool:
        return True

    def partner(self, b: Builder[V], at: Inputs[V]) -> V:
        summary = b.exp(b.neg(b.softplus(b.neg(b.column_mean(at.y)))))
        return b.transpose(b.columns((summary,)))
