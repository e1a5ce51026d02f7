"""The InfoNCE bound."""

from typing import ClassVar

from ssmi_dsl.builders.protocol import Builder
from ssmi_dsl.terms.base import Bound, Facts, Inputs, Scores, TermPair, V


class InfoNCE(Bound):
    """I(A;B) >= log M + E[T_ii - log Σ_j exp T_ij], the positive among the M candidates.

    The loss leaves out the constant log M, as the published losses do.
    """

    name: ClassVar[str] = "infonce"
    formula: ClassVar[str] = "I ≥ log M + E[T⁺ - log Σ_j exp T_j]"
    source: ClassVar[str] = "van den Oord et al. 2018 (CPC), eq. 4; Poole et al. 2019, eq. 10"
    facts: ClassVar[Facts] = Facts(exchange_symmetric=False, statistics="global")

    def emit(self, b: Builder[V], scores: Scores[V], at: Inputs[V]) -> TermPair[V]:
        joint = b.neg(b.mean(scores.positive))
        marginal = b.mean(b.row_logsumexp(scores.matrix, without=scores.excluded))
        return TermPair(joint, marginal)
