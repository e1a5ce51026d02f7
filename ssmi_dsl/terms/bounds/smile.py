"""Donsker-Varadhan with a clipped partition function, trained by the Jensen-Shannon gradient."""

from typing import ClassVar

from pydantic import Field

from ssmi_dsl.builders.protocol import Builder
from ssmi_dsl.terms.base import Bound, Facts, Inputs, Scores, TermPair, V
from ssmi_dsl.terms.reading import Origin, Reading, Step


class Smile(Bound):
    """The value is Donsker-Varadhan's with exp T clipped; the gradient is that of `jsd`. No lower bound: clipping can exceed I."""

    name: ClassVar[str] = "smile"
    formula: ClassVar[str] = (
        "E_p[T] - log E_q[clip(exp T, e^-τ, e^τ)],  gradient of -E_p softplus(-T) - E_q softplus(T)"
    )
    source: ClassVar[str] = "Song & Ermon 2020 (1910.06222), eq. 15 and the official code"
    averages: ClassVar[bool] = True
    facts: ClassVar[Facts] = Facts(statistics="global")
    reading: ClassVar[Reading | None] = Reading(
        stands_for="I(A;B), estimated and not bounded: log E_q exp T with exp T clipped",
        steps=(
            Step(
                "the clipped mean has a bounded variance and a bias of either sign: neither a lower nor an upper bound",
                r"M = \log \mathbb{E}_q \min(e^{\tau}, \max(e^{-\tau}, e^{T}))",
                Origin.CITED,
            ),
            Step(
                "the gradient is that of `jsd`, whose optimum is T = log p/q",
                r"T^{*} = \log \tfrac{p}{q}",
                Origin.CITED,
            ),
        ),
        section="Bounds and divergences",
    )

    clip: float = Field(default=5.0, gt=0, description="τ, the bound on the logarithm of what is averaged")

    def emit(self, b: Builder[V], scores: Scores[V], at: Inputs[V]) -> TermPair[V]:
        negatives = scores.excluded | scores.positives
        clipped = b.clip(scores.matrix, low=-self.clip, high=self.clip)
        joint = b.mean(b.softplus(b.neg(scores.positive)))
        marginal = b.masked_mean(b.softplus(scores.matrix), without=negatives)
        return TermPair(
            self._shown(b, joint, b.neg(b.mean(scores.positive))),
            self._shown(b, marginal, b.logmeanexp(clipped, without=negatives)),
        )

    def _shown(self, b: Builder[V], trained: V, value: V) -> V:
        """`value`, with the gradient of `trained`."""
        return b.add(trained, b.stop_gradient(b.sub(value, trained)))
