"""The spectral contrastive objective."""

from typing import ClassVar

from ssmi_dsl.builders.protocol import Builder
from ssmi_dsl.terms.base import Bound, Facts, Inputs, Scores, TermPair, V


class Spectral(Bound):
    """The squared score of negatives instead of its exponential: -2 J₂ where E_q T = 0, the second-order surrogate of the bound.

    Its optimum is a χ² divergence of p and q, no mutual information.
    """

    name: ClassVar[str] = "spectral"
    formula: ClassVar[str] = "2 E_p[T] - E_q[T²]"
    source: ClassVar[str] = "HaoChen et al. 2021 (2106.04156), eq. 6"
    facts: ClassVar[Facts] = Facts(statistics="global")

    def emit(self, b: Builder[V], scores: Scores[V], at: Inputs[V]) -> TermPair[V]:
        negatives = b.masked_mean(b.square(scores.matrix), without=scores.excluded | scores.positives)
        return TermPair(b.scale(b.mean(scores.positive), -2.0), negatives)
