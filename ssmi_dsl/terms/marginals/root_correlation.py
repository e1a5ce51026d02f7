"""The feature contrast of All4One: square roots of the mean errors of a cross-correlation."""

from math import sqrt
from typing import ClassVar, Literal

from pydantic import Field

from ssmi_dsl.builders.protocol import Builder, Mask
from ssmi_dsl.terms.base import Critic, Facts, Inputs, Surrogate, TermPair, V
from ssmi_dsl.terms.over_views import mean_over
from ssmi_dsl.terms.reading import Origin, Reading, Step


class RootCorrelation(Surrogate):
    """The cosines of features over the batch are driven to the identity; one loss for all pairs, which are averaged below the roots.

    Features are centred only if the critic centres them (`standardized`).
    """

    name: ClassVar[str] = "root-correlation"
    formula: ClassVar[str] = (
        "√(mean_i (1 - C_ii)²) + √(mean_{i≠j} C_ij²),  C_ij = cos of feature i of a and feature j of b"
    )
    source: ClassVar[str] = "Estepa et al. 2023 (All4One), section 3, as in its authors' code in solo-learn"
    facts: ClassVar[Facts] = Facts(prevents_collapse=True, exchange_symmetric=False, statistics="global")
    reads: ClassVar[Literal["pair", "views", "pairs"]] = "pairs"
    reading: ClassVar[Reading | None] = Reading(
        stands_for="M to second order, below a root: the off-diagonal correlations of Barlow Twins as a mean",
        steps=(
            Step(
                "the root grows with its argument: the minimisers of each part are those of the same part of Barlow Twins, where "
                "features have mean 0",
                r"\sqrt{\tfrac{1}{D(D-1)} \sum_{i \ne j} C_{ij}^2}",
                Origin.PROJECT,
            ),
            Step(
                "neither a lower nor an upper bound of I",
                r"\ell \ne -\hat I",
                Origin.PROJECT,
            ),
        ),
        section="Second-order surrogates",
    )

    unit_targets: bool = Field(
        default=False, description="targets are divided by their norms before their features are"
    )

    def noise_floor(self, batch: int, width: int) -> float | None:
        """1 / √N: the square of a sample cosine of independent features is 1 / N on average."""
        return 1 / sqrt(batch)

    def emit(self, b: Builder[V], critic: Critic, at: Inputs[V]) -> TermPair[V]:
        cosines = tuple(self._cosines(b, critic, x, y) for x, y in at.pairs)
        errors = tuple(b.mean(b.square(b.shift(b.neg(b.diagonal(c)), 1.0))) for c in cosines)
        others = tuple(b.masked_mean(b.square(c), without=Mask.DIAGONAL) for c in cosines)
        return TermPair(b.sqrt(mean_over(b, errors)), b.sqrt(mean_over(b, others)))

    def _cosines(self, b: Builder[V], critic: Critic, x: V, y: V) -> V:
        """x, y [N D] -> [D D], cosines of their columns."""
        target = b.normalize(y) if self.unit_targets else y
        columns = (b.normalize(b.transpose(critic.features(b, z))) for z in (x, target))
        return b.matmul_t(*columns)
