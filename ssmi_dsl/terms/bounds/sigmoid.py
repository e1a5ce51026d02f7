"""The pairwise logistic loss of SigLIP."""

from collections.abc import Mapping
from math import log
from typing import ClassVar

from pydantic import Field

from ssmi_dsl.builders.protocol import Builder
from ssmi_dsl.terms.base import Bound, Facts, Initial, Inputs, Scores, Shapes, TermPair, V
from ssmi_dsl.terms.reading import Origin, Reading, Step


class Sigmoid(Bound):
    """Every pair of the batch is classified as positive or negative by a logistic regression on its score, scale and bias learned.

    Sums over the candidates of an anchor, so that negatives weigh N - 1 times a positive; the bias starts where that is balanced.
    """

    name: ClassVar[str] = "sigmoid"
    formula: ClassVar[str] = "1/N Σ_ij log σ(y_ij (s T_ij + c)),  y_ij = 1 if i = j, else -1"
    source: ClassVar[str] = "Zhai et al. 2023 (SigLIP, 2303.15343), algorithm 1"
    facts: ClassVar[Facts] = Facts(statistics="global")
    reading: ClassVar[Reading | None] = Reading(
        stands_for="a classification of pairs: J is the log-likelihood of positives, M minus that of N - 1 negatives for each",
        steps=(
            Step(
                "the optimal logit is s T + c = log p/q - log(N - 1): the density ratio is learned, the value "
                "is no bound of I",
                r"s T^{*} + c = \log \tfrac{p}{q} - \log (N - 1)",
                Origin.PROJECT,
            ),
        ),
        section="Bounds and divergences",
    )

    scale: float = Field(default=10.0, gt=0, description="s at the first step; it is trained as its logarithm")
    bias: float = Field(default=-10.0, description="c at the first step")

    def learned(self, shapes: Shapes) -> Mapping[str, Initial]:
        return {"log_scale": Initial((), "constant", log(self.scale)), "bias": Initial((), "constant", self.bias)}

    def emit(self, b: Builder[V], scores: Scores[V], at: Inputs[V]) -> TermPair[V]:
        scale, bias = b.exp(at.memory["log_scale"]), at.memory["bias"]
        positive = b.add(b.mul(scores.positive, scale), bias)
        matrix = b.softplus(b.add(b.mul(scores.matrix, scale), bias))
        negatives = b.zero(matrix, without=scores.excluded | scores.positives)
        return TermPair(b.mean(b.softplus(b.neg(positive))), b.mean(b.row_sum(negatives)))
