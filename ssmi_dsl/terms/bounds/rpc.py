"""Relative predictive coding."""

from typing import ClassVar

from pydantic import Field

from ssmi_dsl.builders.protocol import Builder
from ssmi_dsl.terms.base import Bound, Facts, Inputs, Scores, TermPair, V
from ssmi_dsl.terms.reading import Origin, Reading, Step


class Rpc(Bound):
    """A χ² divergence of p from a mixture of p and q: no logarithm, no exponential, a bounded optimal critic, little variance.

    At its optimum T = (r - α) / (β r + γ), r = p/q.
    """

    name: ClassVar[str] = "rpc"
    formula: ClassVar[str] = "E_p T - α E_q T - β/2 E_p T² - γ/2 E_q T²"
    source: ClassVar[str] = "Tsai et al. 2021 (2103.11275), eq. 2"
    averages: ClassVar[bool] = True
    facts: ClassVar[Facts] = Facts(statistics="global")
    reading: ClassVar[Reading | None] = Reading(
        stands_for="a χ² divergence of p from a mixture of p and q in the place of I(A;B)",
        steps=(
            Step(
                "J = E_p T - β/2 E_p T², M = α E_q T + γ/2 E_q T²: both parts are quadratic, no logarithm and "
                "no exponential",
                r"J = \mathbb{E}_p T - \tfrac{\beta}{2} \mathbb{E}_p T^2, \quad M = \alpha\, \mathbb{E}_q T + \tfrac{\gamma}{2} \mathbb{E}_q T^2",
                Origin.CITED,
            ),
            Step(
                "optimal at T = (r - α) / (β r + γ), r = p/q: the ratio r can be read off, I is not the value",
                r"T^{*} = \frac{r - \alpha}{\beta r + \gamma}, \quad r = \tfrac{p}{q}",
                Origin.CITED,
            ),
        ),
        section="Bounds and divergences",
    )

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
