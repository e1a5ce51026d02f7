"""Hard whitening of the embeddings."""

from typing import ClassVar

from pydantic import Field

from ssmi_dsl.builders.protocol import Builder
from ssmi_dsl.terms.base import Critic, Facts, Inputs, Surrogate, TermPair, V


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

    size: int | None = Field(
        default=None, ge=2, description="samples in a whitened group, a divisor of the batch; default: the batch"
    )
    eps: float = Field(default=0.0, ge=0, lt=1, description="Σ enters as (1 - ε) Σ + ε I")

    def emit(self, b: Builder[V], critic: Critic, at: Inputs[V]) -> TermPair[V]:
        white_a, white_b = (b.whiten(z, size=self.size or 0, eps=self.eps) for z in (at.x, at.y))
        return TermPair(b.neg(b.mean(critic.pair(b, white_a, white_b, at.memory))), None)
