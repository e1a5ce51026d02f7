"""Sketched isotropic Gaussian regularisation."""

from collections.abc import Mapping
from typing import ClassVar, Literal

from pydantic import Field

from ssmi_dsl.builders.protocol import Builder
from ssmi_dsl.terms.base import Critic, Facts, Inputs, Shapes, Surrogate, TermPair, V
from ssmi_dsl.terms.over_views import mean_over
from ssmi_dsl.terms.reading import Origin, Reading, Step


class GaussianMatch(Surrogate):
    """Embeddings projected on random directions are tested for a standard normal distribution; views agree with their mean.

    The directions are drawn anew in each step. The value grows with N: the test's statistic, not a distance.
    """

    name: ClassVar[str] = "gaussian-match"
    reads: ClassVar[Literal["pair", "views", "pairs"]] = "views"
    formula: ClassVar[str] = "mean_v mean_u N∫|φ̂(t; uᵀz_v) - e^(-t²/2)|² e^(-t²/2) dt;  joint: mean_v T(z_v, z̄)"
    source: ClassVar[str] = "Balestriero & LeCun 2025 (LeJEPA, 2511.08544), SIGReg with Epps-Pulley, and its MINIMAL.md"
    facts: ClassVar[Facts] = Facts(prevents_collapse=True, statistics="global")
    reading: ClassVar[Reading | None] = Reading(
        stands_for="a target for the marginals in the place of M: both become standard normal",
        steps=(
            Step(
                "a distribution is standard normal where all its projections are; each is tested by its "
                "characteristic function",
                r"u^{\top} z \sim \mathcal{N}(0, 1) \;\forall u \iff z \sim \mathcal{N}(0, I)",
                Origin.CITED,
            ),
            Step(
                "of all distributions with covariance I the normal has the largest entropy: H(A) is held at "
                "that value, no value of I",
                r"H(A) \le \tfrac{D}{2} \log 2 \pi e",
                Origin.PROJECT,
            ),
        ),
        section="Entropies in place of the marginal term",
    )

    slices: int = Field(default=256, ge=1, description="random directions in each step; the library has 1024")
    knots: int = Field(default=17, ge=2, description="points of the integral on [0, upper]")
    upper: float = Field(default=3.0, gt=0, description="the largest frequency t")

    def noise(self, shapes: Shapes) -> Mapping[str, tuple[int, ...]]:
        return {"slices": (self.slices, shapes.width)}

    def emit(self, b: Builder[V], critic: Critic, at: Inputs[V]) -> TermPair[V]:
        center = mean_over(b, at.views)
        joint = mean_over(b, tuple(b.mean(critic.pair(b, z, center, at.memory)) for z in at.views))
        directions = b.normalize(at.memory["slices"])
        tests = tuple(
            b.mean(b.epps_pulley(b.matmul_t(z, directions), knots=self.knots, upper=self.upper)) for z in at.views
        )
        return TermPair(b.neg(joint), mean_over(b, tests))
