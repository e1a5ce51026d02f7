"""Relative predictive coding."""

from typing import ClassVar

from pydantic import Field

from ssmi_dsl.builders.protocol import Builder
from ssmi_dsl.terms.base import Bound, Facts, Inputs, Scores, TermPair, V


class Rpc(Bound):
    """A χ² divergence of p from a mixture of p and q: no logarithm, no exponential, a bounded optimal critic, little variance.

    At its optimum T = (r - α) / (β r + γ), r = p/q.
    """

    name: ClassVar[str] = "rpc"
    formula: ClassVar[str] = "E_p T - α E_q T - β/2 E_p T² - γ/2 E_q T²"
    source: ClassVar[str] = "Tsai et al. 2021 (2103.11275), eq. 2"
    facts: ClassVar[Facts] = Facts(statistics="global")

    alpha: float = Field(default=0.0, description="α, the weight of E_q T")
    beta: float = Field(default=0.001, description="β > 0, the weight of E_p T²; T stays below 1/β")
    gamma: float = Field(default=1.0, description="γ > 0, the weight of E_q T²; T stays above -α/γ")

    def emit(self, b: Builder[V], scores: Scores[V], at: Inputs[V]) -> TermPair[V]:
        positive, matrix = scores.positive, scores.matrix
        joint = b.sub(b.scale(b.mean(b.square(positive)), self.beta / 2), b.mean(positive))
        weighted = b.scale(b.square(matrix), self.gamma / 2)
        if self.alpha != 0:
            weighted = b.add(weighted, b.scale(matrix, self.alpha))
        return TermPair(joint, b.masked_mean(weighted, without=scores.excluded | scores.positives))
