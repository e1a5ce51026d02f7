"""The Donsker-Varadhan bound."""

from typing import ClassVar

from ssmi_dsl.builders.protocol import Builder
from ssmi_dsl.terms.base import Bound, Facts, Inputs, Scores, TermPair, V
from ssmi_dsl.terms.reading import Origin, Reading, Step


class DonskerVaradhan(Bound):
    """I(A;B) >= E_p T - log E_q exp T; negatives are all pairs of the batch that are not positives."""

    name: ClassVar[str] = "donsker-varadhan"
    formula: ClassVar[str] = "I ≥ E_p[T] - log E_q[exp T]"
    source: ClassVar[str] = "Donsker & Varadhan 1983; arXiv 2510.01345; the minibatch log is biased upwards"
    averages: ClassVar[bool] = True
    facts: ClassVar[Facts] = Facts(exchange_symmetric=True, statistics="global")
    reading: ClassVar[Reading | None] = Reading(
        stands_for="I(A;B) itself, from below: J - M is its largest value over all critics T",
        steps=(
            Step(
                "KL(p ‖ q) = sup_T E_p T - log E_q exp T; p is the joint distribution of a pair, q the product of its marginals",
                r"I(A;B) = \mathrm{KL}(p\,\|\,q) = \sup_T\, \mathbb{E}_p T - \log \mathbb{E}_q e^{T}",
                Origin.CITED,
            ),
        ),
        section="Caps",
    )

    def emit(self, b: Builder[V], scores: Scores[V], at: Inputs[V]) -> TermPair[V]:
        joint = b.neg(b.mean(scores.positive))
        marginal = b.logmeanexp(scores.matrix, without=scores.excluded | scores.positives)
        return TermPair(joint, marginal)

    def upward_bias(self, relative_variance: float, negatives: int) -> float | None:
        """The logarithm of a mean is concave: to second order it lies Var(e^T) / (2 n (E e^T)²) too low."""
        return relative_variance / (2 * negatives)
