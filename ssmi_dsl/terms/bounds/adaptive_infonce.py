"""InfoNCE whose temperature follows the alignment of the batch."""

from typing import ClassVar

from pydantic import Field

from ssmi_dsl.builders.protocol import Builder
from ssmi_dsl.terms.base import Bound, Facts, Inputs, Scores, TermPair, V
from ssmi_dsl.terms.reading import Origin, Reading, Step

# keeps the weight of a perfectly separated anchor finite
SMALLEST = 1e-8


class AdaptiveInfoNCE(Bound):
    """The temperature τ (1 + α (A - A₀)) rises with the mean similarity A of the positives, and an anchor counts 1/(1 - P).

    P is the softmax probability of its positive; temperature and weight are constants of the gradient. T must be a plain cosine
    (`cosine: {temperature: 1}`).
    """

    name: ClassVar[str] = "adaptive-infonce"
    formula: ClassVar[str] = "E[log P / sg(1 - P)],  P = softmax(T/τ_A)⁺,  τ_A = τ (1 + α (sg E_p T - A₀))"
    source: ClassVar[str] = "Huang et al. 2023 (MACL, Model-Aware Contrastive Learning), section 4"
    facts: ClassVar[Facts] = Facts(exchange_symmetric=False, statistics="global")
    reading: ClassVar[Reading | None] = Reading(
        stands_for="InfoNCE at a temperature of the batch, every anchor weighted: its value is no bound of I(A;B)",
        steps=(
            Step(
                "temperature and weights 1/(1 - P) are constants of the gradient",
                r"w_i = 1 / (1 - P_i)",
                Origin.CITED,
            ),
            Step(
                "the weight cancels the factor 1 - P of the gradient of log P, up to a part in 10⁸: positive "
                "and negatives pull as in `decoupled`",
                r"\tfrac{1}{1 - P}\, \partial_{T^{+}} \log P = 1",
                Origin.PROJECT,
            ),
        ),
        section="Bounds and divergences",
    )

    temperature: float = Field(default=0.1, gt=0, description="τ, the temperature at alignment A₀")
    alpha: float = Field(default=0.5, ge=0, le=1, description="α, how much the temperature follows the alignment")
    threshold: float = Field(default=0.0, ge=0, le=1, description="A₀")

    def emit(self, b: Builder[V], scores: Scores[V], at: Inputs[V]) -> TermPair[V]:
        alignment = b.stop_gradient(b.mean(scores.positive))
        temperature = b.scale(
            b.shift(b.scale(alignment, self.alpha), 1 - self.alpha * self.threshold), self.temperature
        )
        positive = b.div(scores.positive, temperature)
        others = b.row_logsumexp(b.div(scores.matrix, temperature), without=scores.excluded)
        missed = b.shift(b.neg(b.exp(b.sub(positive, others))), 1 + SMALLEST)
        weights = b.stop_gradient(b.exp(b.neg(b.log(missed))))
        return TermPair(b.neg(b.mean(b.mul(weights, positive))), b.mean(b.mul(weights, others)))
