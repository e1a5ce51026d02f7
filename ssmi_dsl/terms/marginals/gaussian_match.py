"""Sketched isotropic Gaussian regularisation."""

from typing import ClassVar

from pydantic import Field

from ssmi_dsl.builders.protocol import Builder
from ssmi_dsl.terms.base import V
from ssmi_dsl.terms.reading import Origin, Reading, Step
from ssmi_dsl.terms.slices import LARGEST_ENTROPY, Sliced


class GaussianMatch(Sliced):
    """Embeddings projected on random directions are tested for a standard normal distribution; views agree with their mean.

    The directions are drawn anew in each step. The value grows with N: the test's statistic, not a distance.
    """

    name: ClassVar[str] = "gaussian-match"
    formula: ClassVar[str] = "mean_v mean_u N∫|φ̂(t; uᵀz_v) - e^(-t²/2)|² e^(-t²/2) dt;  joint: mean_v T(z_v, z̄)"
    source: ClassVar[str] = "Balestriero & LeCun 2025 (LeJEPA, 2511.08544), SIGReg with Epps-Pulley, and its MINIMAL.md"
    reading: ClassVar[Reading | None] = Reading(
        stands_for="a target for the marginals in the place of M: both become standard normal",
        steps=(
            Step(
                "a distribution is standard normal where all its projections are; each is tested by its "
                "characteristic function",
                r"u^{\top} z \sim \mathcal{N}(0, 1) \;\forall u \iff z \sim \mathcal{N}(0, I)",
                Origin.CITED,
            ),
            LARGEST_ENTROPY,
        ),
        section="Entropies in place of the marginal term",
    )

    slices: int = Field(default=256, ge=1, description="random directions in each step; the library has 1024")
    knots: int = Field(default=17, ge=2, description="points of the integral on [0, upper]")
    upper: float = Field(default=3.0, gt=0, description="the largest frequency t")

    def distance(self, b: Builder[V], z: V, directions: V) -> V:
        return b.mean(b.epps_pulley(b.matmul_t(z, directions), knots=self.knots, upper=self.upper))
