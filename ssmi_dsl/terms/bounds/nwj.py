"""The Nguyen-Wainwright-Jordan bound."""

from typing import ClassVar

from ssmi_dsl.builders.protocol import Builder
from ssmi_dsl.terms.base import Bound, Facts, Inputs, Scores, TermPair, V


class Nwj(Bound):
    """Unbiased in a minibatch, with a variance that grows like e^I; tight at T = 1 + log p/q."""

    name: ClassVar[str] = "nwj"
    formula: ClassVar[str] = "I ≥ E_p[T] - e⁻¹ E_q[exp T]"
    source: ClassVar[str] = "Nguyen et al. 2010 (0809.0853); Poole et al. 2019, eq. 7"
    facts: ClassVar[Facts] = Facts(raw_exponential=True, statistics="global")

    def emit(self, b: Builder[V], scores: Scores[V], at: Inputs[V]) -> TermPair[V]:
        log_mean = b.logmeanexp(scores.matrix, without=scores.excluded | scores.positives)
        return TermPair(b.neg(b.mean(scores.positive)), b.exp(b.shift(log_mean, -1.0)))
