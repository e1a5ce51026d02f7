"""Hard whitening of the embeddings."""

from typing import ClassVar, Literal

from pydantic import Field

from ssmi_dsl.builders.protocol import Builder
from ssmi_dsl.terms.base import Critic, Facts, Inputs, Surrogate, TermPair, V
from ssmi_dsl.terms.reading import Origin, Reading, Step


class Whitening(Surrogate):
    """Both views are whitened, group by group, before the critic compares them: the covariance cannot collapse.

    The marginal term is a constraint and adds nothing to the value. Groups are consecutive samples of a shuffled batch, so that one
    partition for each step stands for the paper's random partition.
    """

    name: ClassVar[str] = "whitening"
    formula: ClassVar[str] = "-E T(W_a (a - μ_a), W_b (b - μ_b)),  W Σ Wᵀ = I"
    source: ClassVar[str] = (
        "Ermolov et al. 2021 (W-MSE, 2007.06346), eq. 4 and 5; the official code whitens by Cholesky factors"
    )
    facts: ClassVar[Facts] = Facts(prevents_collapse=True, statistics="local")
    reading: ClassVar[Reading | None] = Reading(
        stands_for="a constraint in the place of M: Cov = I makes M constant to second order",
        steps=(
            Step(
                "M ≈ E_q T + ½ Var_q T; with T = ⟨a, b⟩, mean 0 and covariance I it is tr(Σ_A Σ_B)/2 = D/2 "
                "whatever the encoder: J alone is left",
                r"\tfrac12 \operatorname{tr}(\Sigma_A \Sigma_B) = \tfrac{D}{2}",
                Origin.PROJECT,
            ),
            Step(
                "a collapsed batch has no inverse covariance: the constraint, not a penalty, keeps embeddings apart",
                r"W \Sigma W^{\top} = I",
                Origin.CITED,
            ),
        ),
        section="Second-order surrogates",
    )

    size: int | None = Field(
        default=None, ge=2, description="samples in a whitened group, a divisor of the batch; default: the batch"
    )
    factor: Literal["cholesky", "eigen"] = Field(
        default="cholesky",
        description="W of W Σ Wᵀ = I: the inverse Cholesky factor, or Σ^-½ from eigenvectors (ZCA), which moves the embeddings least; its "
        "gradient needs eigenvalues that differ",
    )
    eps: float = Field(default=0.0, ge=0, lt=1, description="Σ enters as (1 - ε) Σ + ε I")

    def emit(self, b: Builder[V], critic: Critic, at: Inputs[V]) -> TermPair[V]:
        symmetric = self.factor == "eigen"
        x, y = (b.whiten(z, size=self.size or 0, eps=self.eps, symmetric=symmetric) for z in (at.x, at.y))
        return TermPair(b.neg(b.mean(critic.pair(b, x, y, at.memory))), None)
