"""The Nguyen-Wainwright-Jordan bound."""

from typing import ClassVar

from ssmi_dsl.builders.protocol import Builder
from ssmi_dsl.terms.base import Bound, Facts, Inputs, Scores, TermPair, V
from ssmi_dsl.terms.reading import Origin, Reading, Step


class Nwj(Bound):
    """Unbiased in a minibatch, with a variance that grows like e^I; tight at T = 1 + log p/q."""

    name: ClassVar[str] = "nwj"
    formula: ClassVar[str] = "I ≥ E_p[T] - e⁻¹ E_q[exp T]"
    source: ClassVar[str] = "Nguyen et al. 2010 (0809.0853); Poole et al. 2019, eq. 7"
    averages: ClassVar[bool] = True
    facts: ClassVar[Facts] = Facts(raw_exponential=True, statistics="global")
    reading: ClassVar[Reading | None] = Reading(
        stands_for="I(A;B) itself, from below, with the logarithm of M replaced by a tangent",
        steps=(
            Step(
                "log x ≤ x/e, so E_p T - e⁻¹ E_q exp T ≤ E_p T - log E_q exp T ≤ I(A;B)",
                r"I(A;B) \ge \mathbb{E}_p T - e^{-1}\, \mathbb{E}_q e^{T}",
                Origin.CITED,
            ),
            Step(
                "no logarithm of a mean is left: the minibatch value is unbiased; equality at T = 1 + log p/q",
                r"T^{*} = 1 + \log \tfrac{p}{q}",
                Origin.CITED,
            ),
        ),
        section="Bounds and divergences",
    )

    def emit(self, b: Builder[V], scores: Scores[V], at: Inputs[V]) -> TermPair[V]:
        log_mean = b.logmeanexp(scores.matrix, without=scores.excluded | scores.positives)
        return TermPair(b.neg(b.mean(scores.positive)), b.exp(b.shift(log_mean, -1.0)))
