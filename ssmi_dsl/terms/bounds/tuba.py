"""The bound of Barber and Agakov with a learned baseline."""

from collections.abc import Mapping
from typing import ClassVar

from ssmi_dsl.builders.protocol import Builder
from ssmi_dsl.terms.base import Bound, Facts, Initial, Inputs, Scores, Shapes, TermPair, V
from ssmi_dsl.terms.reading import Origin, Reading, Step


class Tuba(Bound):
    """A lower bound for every baseline a > 0; the best constant a is E_q exp T, where it equals Donsker-Varadhan.

    Unlike the logarithm of a minibatch mean its gradient is unbiased: a is learned, as its logarithm.
    """

    name: ClassVar[str] = "tuba"
    formula: ClassVar[str] = "I ≥ 1 + E_p[T - log a] - E_q[exp T] / a"
    source: ClassVar[str] = "Poole et al. 2019 (1905.06922), eq. 6, with a constant baseline; Mroueh et al. 2021 (η-DV)"
    averages: ClassVar[bool] = True
    facts: ClassVar[Facts] = Facts(raw_exponential=True, statistics="global")
    reading: ClassVar[Reading | None] = Reading(
        stands_for="I(A;B) itself, from below, with the logarithm of M replaced by its tangent at a",
        steps=(
            Step(
                "log x ≤ log a + x/a - 1 for every a > 0, so E_p T - (log a + E_q exp T / a - 1) ≤ I(A;B)",
                r"I(A;B) \ge \mathbb{E}_p T - \log a - \tfrac1a\, \mathbb{E}_q e^{T} + 1",
                Origin.CITED,
            ),
            Step(
                "equality of the tangent at a = E_q exp T, where the bound is Donsker-Varadhan's",
                r"a^{*} = \mathbb{E}_q e^{T}",
                Origin.CITED,
            ),
        ),
        section="Bounds and divergences",
    )

    def learned(self, shapes: Shapes) -> Mapping[str, Initial]:
        return {"log_baseline": Initial(())}

    def emit(self, b: Builder[V], scores: Scores[V], at: Inputs[V]) -> TermPair[V]:
        log_baseline = at.memory["log_baseline"]
        log_mean = b.logmeanexp(scores.matrix, without=scores.excluded | scores.positives)
        marginal = b.shift(b.add(log_baseline, b.exp(b.sub(log_mean, log_baseline))), -1.0)
        return TermPair(b.neg(b.mean(scores.positive)), marginal)
