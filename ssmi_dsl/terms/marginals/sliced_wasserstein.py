"""Scale, shape and centre of the embeddings, the shape by sliced Wasserstein distances."""

from typing import ClassVar

from pydantic import Field

from ssmi_dsl.builders.protocol import Builder
from ssmi_dsl.terms.base import V
from ssmi_dsl.terms.over_views import sum_over
from ssmi_dsl.terms.reading import Origin, Reading, Step
from ssmi_dsl.terms.slices import LARGEST_ENTROPY, Sliced

# keeps the gradient of a standard deviation finite at zero
SMALLEST = 1e-12


class SlicedWasserstein(Sliced):
    """Every feature gets mean 0 and standard deviation 1; standardised embeddings look normal along random directions.

    In the shape term the standard deviation is a constant, so that it shapes and does not scale. Views agree with their mean.
    """

    name: ClassVar[str] = "sliced-wasserstein"
    formula: ClassVar[str] = (
        "mean_v [λ_s mean_d (1 - σ_d)² + λ_h mean_u W₂²(uᵀz̃_v, N(0,1)) + λ_c mean_d μ_d²],  z̃ = (z - μ)/sg σ"
    )
    source: ClassVar[str] = "VISReg as in lightly's VISRegLoss: quantiles at i/(N + 1), biased σ"
    reading: ClassVar[Reading | None] = Reading(
        stands_for="a target for the marginals in the place of M: mean 0, deviation 1 and normal projections",
        steps=(
            Step(
                "a distribution is standard normal where all its projections are; each is compared by sorted "
                "samples and quantiles",
                r"u^{\top} z \sim \mathcal{N}(0, 1) \;\forall u \iff z \sim \mathcal{N}(0, I)",
                Origin.CITED,
            ),
            LARGEST_ENTROPY,
        ),
        section="Entropies in place of the marginal term",
    )

    slices: int = Field(default=256, ge=1, description="random directions in each step; lightly has 4096")
    scale: float = Field(default=1.0, ge=0, description="λ_s, the weight of the scale term")
    shape: float = Field(default=1.0, ge=0, description="λ_h, the weight of the shape term")
    center: float = Field(default=1.0, ge=0, description="λ_c, the weight of the centre term")
    eps: float = Field(default=1e-4, gt=0, description="added to σ where it divides")

    def distance(self, b: Builder[V], z: V, directions: V) -> V:
        mean = b.column_mean(z)
        centred = b.add_row(z, b.neg(mean))
        std = b.sqrt(b.shift(b.column_mean(b.square(centred)), SMALLEST))
        inverse = b.exp(b.neg(b.log(b.shift(b.stop_gradient(std), self.eps))))
        shape = b.mean(b.normal_wasserstein(b.matmul_t(b.mul_row(centred, inverse), directions)))
        parts = (
            b.scale(b.mean(b.square(b.shift(b.neg(std), 1.0))), self.scale),
            b.scale(shape, self.shape),
            b.scale(b.mean(b.square(mean)), self.center),
        )
        return sum_over(b, parts)
