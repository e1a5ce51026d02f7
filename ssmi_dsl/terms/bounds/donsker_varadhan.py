"""The Donsker-Varadhan bound."""

from typing import ClassVar

from ssmi_dsl.builders.protocol import Builder
from ssmi_dsl.terms.base import Bound, Facts, Inputs, Scores, TermPair, V


class DonskerVaradhan(Bound):
    """I(A;B) >= E_p T - log E_q exp T; negatives are all pairs of the batch that are not positives."""

    name: ClassVar[str] = "donsker-varadhan"
    formula: ClassVar[str] = "I ≥ E_p[T] - log E_q[exp T]"
    source: ClassVar[str] = "Donsker & Varadhan 1983; arXiv 2510.01345; the minibatch log is biased upwards"
    facts: ClassVar[Facts] = Facts(exchange_symmetric=True, statistics="global")

    def emit(self, b: Builder[V], scores: Scores[V], at: Inputs[V]) -> TermPair[V]:
        joint = b.neg(b.mean(scores.positive))
        marginal = b.logmeanexp(scores.matrix, without=scores.excluded | scores.positives)
        return TermPair(joint, marginal)
