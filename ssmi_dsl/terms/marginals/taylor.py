"""The marginal term expanded in cumulants of the score."""

from typing import ClassVar

from pydantic import Field

from ssmi_dsl.builders.protocol import Builder, Mask
from ssmi_dsl.terms.base import Critic, Facts, Inputs, Surrogate, TermPair, V
from ssmi_dsl.terms.reading import Origin, Reading, Step


class Taylor(Surrogate):
    """log E_q exp T = κ₁ + κ₂/2 + κ₃/6 + κ₄/24 + …, cut off: the mean, variance, … of the critic over the product of marginals.

    Of any critic with a matrix of scores. By default all pairs of the batch are averaged, the product of the empirical marginals;
    with standardised features and aligned views the order 2 is then Barlow Twins (docs/theory.md). Accurate while Var_q T is small.
    """

    name: ClassVar[str] = "taylor"
    formula: ClassVar[str] = "E_q T + ½ Var_q T (+ κ₃/6 + κ₄/24)"
    source: ClassVar[str] = (
        "this project's derivation, docs/theory.md; arXiv 2510.01345 links the order 2 to Barlow Twins"
    )
    facts: ClassVar[Facts] = Facts(prevents_collapse=True, statistics="global")
    reading: ClassVar[Reading | None] = Reading(
        stands_for="M as the first cumulants of T under q",
        steps=(
            Step(
                "log E_q exp T = κ₁ + κ₂/2 + κ₃/6 + κ₄/24 + …, cut off: no bound of I, accurate while Var_q T is small",
                r"\log \mathbb{E}_q e^{T} = \kappa_1 + \tfrac{\kappa_2}{2} + \tfrac{\kappa_3}{6} + \tfrac{\kappa_4}{24} + \dots",
                Origin.PROJECT,
            ),
        ),
        section="Second-order surrogates",
    )

    order: int = Field(default=2, ge=2, le=4, description="order of the expansion")
    exclude_positives: bool = Field(default=False, description="average over i ≠ j only, as `in-batch` does")

    def emit(self, b: Builder[V], critic: Critic, at: Inputs[V]) -> TermPair[V]:
        without = Mask.DIAGONAL if self.exclude_positives else Mask.NONE
        scores = critic.matrix(b, at.x, at.y, at.memory)
        mean = b.masked_mean(scores, without=without)
        centred = b.sub(scores, mean)
        square = b.square(centred)
        variance = b.masked_mean(square, without=without)
        marginal = b.add(mean, b.scale(variance, 1 / 2))
        if self.order >= 3:
            third = b.masked_mean(b.mul(square, centred), without=without)
            marginal = b.add(marginal, b.scale(third, 1 / 6))
        if self.order >= 4:
            fourth = b.sub(b.masked_mean(b.square(square), without=without), b.scale(b.square(variance), 3.0))
            marginal = b.add(marginal, b.scale(fourth, 1 / 24))
        return TermPair(b.neg(b.mean(critic.pair(b, at.x, at.y, at.memory))), marginal)
