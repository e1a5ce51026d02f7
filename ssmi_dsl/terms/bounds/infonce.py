"""The InfoNCE bound."""

from math import log
from typing import ClassVar

from pydantic import Field

from ssmi_dsl.builders.protocol import Builder, Mask
from ssmi_dsl.terms.base import Bound, Facts, Inputs, Scores, TermPair, V
from ssmi_dsl.terms.reading import Origin, Reading, Step


class InfoNCE(Bound):
    """I(A;B) >= log M + E[T_ii - log Σ_j exp T_ij], the positive among the M candidates.

    The loss leaves out the constant log M, as the published losses do.
    """

    name: ClassVar[str] = "infonce"
    formula: ClassVar[str] = "I ≥ log M + E[T⁺ - log Σ_j exp T_j]"
    source: ClassVar[str] = "van den Oord et al. 2018 (CPC), eq. 4; Poole et al. 2019, eq. 10"
    facts: ClassVar[Facts] = Facts(exchange_symmetric=False, statistics="global")
    reading: ClassVar[Reading | None] = Reading(
        stands_for="I(A;B), from below, as the task of finding the positive among M candidates",
        steps=(
            Step(
                "I(A;B) ≥ log M + E[T⁺ - log Σ_j exp T_j], for every critic T and independent negatives; the loss leaves the constant log M out",
                r"I(A;B) \ge \log M + \mathbb{E}\Big[T^{+} - \log \sum_{j=1}^{M} e^{T_j}\Big]",
                Origin.CITED,
            ),
            Step(
                "against Donsker-Varadhan: the mean over anchors stands outside the logarithm, and the positive is a candidate, hence the cap log M",
                r"I_{\mathrm{NCE}} \le \log M",
                Origin.CITED,
            ),
        ),
        section="Caps",
    )

    symmetric: bool = Field(
        default=False,
        description="mean of both directions on one score matrix (CLIP); other marginals than `in-batch` have one direction",
    )

    def emit(self, b: Builder[V], scores: Scores[V], at: Inputs[V]) -> TermPair[V]:
        joint = b.neg(b.mean(scores.positive))
        marginal = b.mean(b.row_logsumexp(scores.matrix, without=scores.excluded))
        if self.symmetric and scores.positives == Mask.DIAGONAL:
            columns = b.mean(b.row_logsumexp(b.transpose(scores.matrix), without=scores.excluded))
            marginal = b.scale(b.add(marginal, columns), 0.5)
        return TermPair(joint, marginal)

    def cap(self, candidates: int) -> float | None:
        """log M: the positive is one of the candidates, so T⁺ never exceeds the log-sum-exp."""
        return log(candidates)
