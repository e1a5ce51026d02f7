"""The Jensen-Shannon objective of Deep InfoMax."""

from typing import ClassVar

from pydantic import Field

from ssmi_dsl.builders.protocol import Builder
from ssmi_dsl.terms.base import Bound, Facts, Inputs, Scores, TermPair, V


class Jsd(Bound):
    """A stable objective with bounded gradients, optimal at T = log p/q. Its value is 2 JSD - 2 log 2, no mutual information."""

    name: ClassVar[str] = "jsd"
    formula: ClassVar[str] = "-E_p softplus(-T) - E_q softplus(T)"
    source: ClassVar[str] = "Hjelm et al. 2019 (1808.06670), eq. 4"
    facts: ClassVar[Facts] = Facts(statistics="global")

    squash: bool = Field(
        default=False,
        description="a sigmoid on the critic before the softplus, as in the code of GMI; only to reproduce it",
    )

    def emit(self, b: Builder[V], scores: Scores[V], at: Inputs[V]) -> TermPair[V]:
        positive = self._value(b, scores.positive)
        negative = b.softplus(self._value(b, scores.matrix))
        return TermPair(
            b.mean(b.softplus(b.neg(positive))),
            b.masked_mean(negative, without=scores.excluded | scores.positives),
        )

    def _value(self, b: Builder[V], score: V) -> V:
        """T, or its sigmoid, written as exp(-softplus(-T)) so that nothing overflows."""
        return b.exp(b.neg(b.softplus(b.neg(score)))) if self.squash else score
