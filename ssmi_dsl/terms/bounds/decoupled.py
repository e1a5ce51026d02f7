"""InfoNCE without the positive in its denominator."""

from typing import ClassVar

from pydantic import Field

from ssmi_dsl.builders.protocol import Builder
from ssmi_dsl.terms.base import Bound, Facts, Inputs, Scores, TermPair, V
from ssmi_dsl.terms.reading import Origin, Reading, Step


class Decoupled(Bound):
    """The positive leaves the denominator, so that joint and marginal term no longer share it: small batches keep their gradient.

    With `sigma` a positive counts w = 2 - N softmax(T/σ), a constant of the gradient: more where the pair agrees less than others do.
    The value can exceed the mutual information: no bound.
    """

    name: ClassVar[str] = "decoupled"
    formula: ClassVar[str] = "E[w T⁺ - log Σ_{j not positive} exp T_j],  w = 1, or 2 - N softmax(T⁺/σ)"
    source: ClassVar[str] = "Yeh et al. 2022 (DCL and DCLW, 2110.06848), eq. 6 and 7"
    facts: ClassVar[Facts] = Facts(exchange_symmetric=False, statistics="global")
    reading: ClassVar[Reading | None] = Reading(
        stands_for="I(A;B), without a guarantee: InfoNCE whose M leaves the positive out",
        steps=(
            Step(
                "the value lies above InfoNCE's and loses its cap: log Σ over negatives alone is smaller",
                r"\log \sum_{j \ne +} e^{T_j} < \log \sum_j e^{T_j}",
                Origin.PROJECT,
            ),
            Step(
                "by Jensen E log mean exp T ≤ log E exp T: a finite batch overestimates, so this is no lower bound",
                r"\mathbb{E} \log \overline{e^{T}} \le \log \mathbb{E}\, e^{T}",
                Origin.PROJECT,
            ),
        ),
        section="Bounds and divergences",
    )

    sigma: float | None = Field(
        default=None,
        gt=0,
        description="σ in units of T: the paper's 0.5 at temperature 0.1 is 5; default: equal weights",
    )

    def emit(self, b: Builder[V], scores: Scores[V], at: Inputs[V]) -> TermPair[V]:
        marginal = b.mean(b.row_logsumexp(scores.matrix, without=scores.excluded | scores.positives))
        if self.sigma is None:
            return TermPair(b.neg(b.mean(scores.positive)), marginal)
        similarity = b.scale(scores.positive, 1 / self.sigma)
        shares = b.exp(b.sub(similarity, b.mean(similarity)))
        weights = b.stop_gradient(b.shift(b.neg(b.div(shares, b.mean(shares))), 2.0))
        return TermPair(b.neg(b.mean(b.mul(weights, scores.positive))), marginal)
