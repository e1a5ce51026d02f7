"""The Frobenius norm of the covariance."""

from typing import ClassVar, Literal

from ssmi_dsl.builders.protocol import Builder
from ssmi_dsl.terms.base import Critic, Facts, Inputs, Surrogate, TermPair, V
from ssmi_dsl.terms.over_views import mean_over, sum_over
from ssmi_dsl.terms.reading import Origin, Reading, Step


class Frobenius(Surrogate):
    """Minus the Rényi entropy of order 2 of the spectrum of each view's covariance of trace 1; views agree with their mean.

    Columns have norm 1 over the batch. The Gram matrix of samples gives the same norm as that of features.
    """

    name: ClassVar[str] = "frobenius"
    reads: ClassVar[Literal["pair", "views", "pairs"]] = "views"
    formula: ClassVar[str] = "Σ_v log ‖Z_vᵀZ_v / tr‖²_F;  joint: V Σ_v mean_i T(z_vi, z̄_i), columns of norm 1"
    source: ClassVar[str] = "Skean et al. 2024 (FroSSL, 2310.02903), eq. 3 and its code"
    facts: ClassVar[Facts] = Facts(prevents_collapse=True, statistics="global")
    reading: ClassVar[Reading | None] = Reading(
        stands_for="minus an entropy in the place of M: the Rényi entropy of order 2 of each view's spectrum",
        steps=(
            Step(
                "log ‖G / tr G‖²_F = log Σ λ_k² = -H₂(λ), Σ λ_k = 1: least for a flat spectrum, 0 for rank 1",
                r"\log \sum_k \lambda_k^2 = -H_2(\lambda)",
                Origin.CITED,
            ),
            Step(
                "second-order in the spectrum, and not an entropy of the distribution of embeddings: no value of I",
                r"H_2(\lambda) \ne H(A)",
                Origin.PROJECT,
            ),
        ),
        section="Entropies in place of the marginal term",
    )

    def emit(self, b: Builder[V], critic: Critic, at: Inputs[V]) -> TermPair[V]:
        views = tuple(b.transpose(b.normalize(b.transpose(z))) for z in at.views)
        center = mean_over(b, views)
        joint = b.neg(sum_over(b, tuple(b.mean(critic.pair(b, z, center, at.memory)) for z in views)))
        return TermPair(b.scale(joint, float(len(views))), sum_over(b, tuple(self._order(b, z) for z in views)))

    def _order(self, b: Builder[V], z: V) -> V:
        gram = b.matmul_t(z, z)
        trace = b.sum(b.diagonal(gram))
        return b.log(b.sum(b.square(b.div(gram, trace))))
