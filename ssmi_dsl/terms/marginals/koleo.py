"""The Kozachenko-Leonenko estimate of entropy from nearest neighbours."""

from typing import ClassVar

from pydantic import Field

from ssmi_dsl.builders.protocol import Builder, Mask
from ssmi_dsl.terms.base import Critic, Facts, Inputs, Surrogate, TermPair, V
from ssmi_dsl.terms.reading import Origin, Reading, Step


class KoLeo(Surrogate):
    """Minus the differential entropy of the anchors, up to constants: each is pushed from its nearest neighbour on the sphere.

    It has no joint term: it is an objective beside another. Duplicates would make it infinite; `eps` bounds it.
    """

    name: ClassVar[str] = "koleo"
    formula: ClassVar[str] = "-mean_i log ‖â_i - â_nn(i)‖"
    source: ClassVar[str] = "Sablayrolles et al. 2019, eq. 2; Oquab et al. 2024 (DINOv2), section 4"
    facts: ClassVar[Facts] = Facts(
        prevents_collapse=True, exchange_symmetric=False, needs_unit_norm=False, statistics="global"
    )
    reading: ClassVar[Reading | None] = Reading(
        stands_for="minus the differential entropy of the anchors, up to constants and the factor of the dimension; it has no J",
        steps=(
            Step(
                "Kozachenko-Leonenko: the entropy is the mean logarithm of the distance to the nearest "
                "neighbour, times the dimension, plus constants",
                r"\hat H = \tfrac{d}{N} \sum_i \log \|a_i - a_{nn(i)}\| + \text{const}",
                Origin.CITED,
            ),
        ),
        section="Entropies in place of the marginal term",
    )

    eps: float = Field(default=1e-8, gt=0, description="smallest distance: the logarithm is of max(distance², eps²)")

    def emit(self, b: Builder[V], critic: Critic, at: Inputs[V]) -> TermPair[V]:
        unit = b.normalize(at.x)
        nearest = b.row_max(b.matmul_t(unit, unit), without=Mask.DIAGONAL)
        # ‖â - b̂‖² = 2 - 2 âᵀb̂; below the floor the logarithm is constant and its gradient zero
        floor = self.eps**2
        squares = b.shift(b.relu(b.shift(b.scale(nearest, -2.0), 2.0 - floor)), floor)
        return TermPair(None, b.scale(b.mean(b.log(squares)), -0.5))
