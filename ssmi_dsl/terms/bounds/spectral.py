"""The spectral contrastive objective."""

from typing import ClassVar

from ssmi_dsl.builders.protocol import Builder
from ssmi_dsl.terms.base import Bound, Facts, Inputs, Scores, TermPair, V
from ssmi_dsl.terms.reading import Origin, Reading, Step


class Spectral(Bound):
    """The squared score of negatives instead of its exponential: -2 J₂ where E_q T = 0, the second-order surrogate of the bound.

    Its optimum is a χ² divergence of p and q, no mutual information.
    """

    name: ClassVar[str] = "spectral"
    formula: ClassVar[str] = "2 E_p[T] - E_q[T²]"
    source: ClassVar[str] = "HaoChen et al. 2021 (2106.04156), eq. 6"
    averages: ClassVar[bool] = True
    facts: ClassVar[Facts] = Facts(statistics="global")
    reading: ClassVar[Reading | None] = Reading(
        stands_for="a χ² divergence in the place of I(A;B): exp T is not read, E_q T² takes the place of M",
        steps=(
            Step(
                "sup_T 2 E_p T - E_q T² = 1 + χ²(p ‖ q), at T = p/q: neither a lower nor an upper bound of I",
                r"\sup_T 2\,\mathbb{E}_p T - \mathbb{E}_q T^2 = 1 + \chi^2(p\,\|\,q)",
                Origin.PROJECT,
            ),
            Step(
                "where E_q T = 0 the loss is -2 J₂, J₂ = E_p T - E_q T - ½ Var_q T",
                r"\mathcal{L} = -2 J_2 \quad \text{where } \mathbb{E}_q T = 0",
                Origin.PROJECT,
            ),
        ),
        section="Second-order surrogates",
    )

    def emit(self, b: Builder[V], scores: Scores[V], at: Inputs[V]) -> TermPair[V]:
        negatives = b.masked_mean(b.square(scores.matrix), without=scores.excluded | scores.positives)
        return TermPair(b.scale(b.mean(scores.positive), -2.0), negatives)
