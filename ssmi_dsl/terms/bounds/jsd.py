"""The Jensen-Shannon objective of Deep InfoMax."""

from typing import ClassVar

from pydantic import Field

from ssmi_dsl.builders.protocol import Builder
from ssmi_dsl.terms.base import Bound, Facts, Inputs, Scores, TermPair, V
from ssmi_dsl.terms.reading import Origin, Reading, Step


class Jsd(Bound):
    """A stable objective with bounded gradients, optimal at T = log p/q. Its value is 2 JSD - 2 log 2, no mutual information."""

    name: ClassVar[str] = "jsd"
    formula: ClassVar[str] = "-E_p softplus(-T) - E_q softplus(T)"
    source: ClassVar[str] = "Hjelm et al. 2019 (1808.06670), eq. 4"
    facts: ClassVar[Facts] = Facts(statistics="global")
    reading: ClassVar[Reading | None] = Reading(
        stands_for="the Jensen-Shannon divergence of p and q in the place of I(A;B): J = -E_p softplus(-T), M = E_q softplus(T)",
        steps=(
            Step(
                "sup_T J - M = 2 JSD(p ‖ q) - 2 log 2, at T = log p/q: not a value of mutual information",
                r"\sup_T J - M = 2\,\mathrm{JSD}(p\,\|\,q) - 2 \log 2",
                Origin.CITED,
            ),
        ),
        section="Bounds and divergences",
    )

    weighs: ClassVar[bool] = True
    averages: ClassVar[bool] = True

    squash: bool = Field(
        default=False,
        description="a sigmoid on the critic before the softplus, as in the code of GMI; only to reproduce it",
    )

    def emit(self, b: Builder[V], scores: Scores[V], at: Inputs[V]) -> TermPair[V]:
        positive = self._value(b, scores.positive)
        negative = b.softplus(self._value(b, scores.matrix))
        if scores.weights is not None:
            partners, candidates = scores.weights
            return TermPair(
                b.mean(b.row_sum(b.mul(b.softplus(b.neg(positive)), partners))),
                b.mean(b.row_sum(b.mul(negative, candidates))),
            )
        return TermPair(
            b.mean(b.softplus(b.neg(positive))),
            b.masked_mean(negative, without=scores.excluded | scores.positives),
        )

    def _value(self, b: Builder[V], score: V) -> V:
        """T, or its sigmoid, written as exp(-softplus(-T)) so that nothing overflows."""
        return b.exp(b.neg(b.softplus(b.neg(score)))) if self.squash else score
