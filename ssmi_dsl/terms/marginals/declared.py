"""Words of the grammar whose compiler does not exist yet: a spec that uses one is refused by SY011."""

from typing import ClassVar, Literal

from pydantic import Field

from ssmi_dsl.terms.base import Facts, Marginal


class Permutation(Marginal):
    """Negatives by a random permutation: every anchor meets the target of one other place."""

    name: ClassVar[str] = "permutation"
    formula: ClassVar[str] = "q ≈ {(a_i, b_π(i))}"
    source: ClassVar[str] = "Belghazi et al. 2018 (MINE); Veličković et al. 2019 (DGI)"
    implemented: ClassVar[bool] = False
    kind: ClassVar[Literal["estimated", "surrogate", "none"]] = "estimated"
    facts: ClassVar[Facts] = Facts(prevents_collapse=True)

    draw: Literal["derangement", "permutation", "replacement"] = Field(
        default="derangement", description="π without fixed points, any π, or targets drawn with replacement"
    )
    over: Literal["samples", "places"] = Field(
        default="samples", description="what π exchanges: samples, or places (patches, times, nodes) of one sample"
    )
    exclude_neighbours: bool = Field(default=False, description="of graphs: a node's neighbours are not its negatives")
