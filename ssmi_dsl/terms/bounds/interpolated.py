"""Between the bound with a learned baseline and InfoNCE."""

from collections.abc import Mapping
from math import log
from typing import ClassVar

from pydantic import Field

from ssmi_dsl.builders.protocol import Builder, Mask
from ssmi_dsl.errors import SsmiError
from ssmi_dsl.terms.base import Bound, Facts, Initial, Inputs, Scores, Shapes, TermPair, V
from ssmi_dsl.terms.reading import Origin, Reading, Step


class Interpolated(Bound):
    """The baseline of an anchor mixes the mean of exp T over its other candidates, with weight α, and a learned constant a.

    Of N candidates it shows at most log((N - 1) / α) nats: a small α trades bias for variance. Needs the positives on the diagonal of
    the scores (`in-batch`).
    """

    name: ClassVar[str] = "interpolated"
    formula: ClassVar[str] = (
        "I ≥ 1 + E_p[T - log(α m + (1 - α) a)] - E_q[exp T / (α m + (1 - α) a)],  m_ij = mean_{k≠j} exp T_ik"
    )
    source: ClassVar[str] = (
        "Poole et al. 2019 (1905.06922), eq. 14 and the leave-one-out means of the authors' notebook"
    )
    facts: ClassVar[Facts] = Facts(exchange_symmetric=False, raw_exponential=True, statistics="global")
    reading: ClassVar[Reading | None] = Reading(
        stands_for="I(A;B), from below, with a baseline between a learned constant and the mean of the other candidates",
        steps=(
            Step(
                "a baseline m may read further independent samples: I(A;B) ≥ 1 + E_p[T - log m] - E_q[exp T / m]",
                r"I(A;B) \ge 1 + \mathbb{E}_p\big[T - \log m\big] - \mathbb{E}_q\big[e^{T} / m\big]",
                Origin.CITED,
            ),
            Step(
                "m = α mean + (1 - α) a: a larger α lowers the variance and caps the value",
                r"m = \alpha\, \overline{e^{T}} + (1 - \alpha)\, a",
                Origin.CITED,
            ),
        ),
        section="Bounds and divergences",
    )

    alpha: float = Field(default=0.01, gt=0, le=1, description="α in (0, 1]: 1 is InfoNCE, towards 0 it becomes TUBA")

    def learned(self, shapes: Shapes) -> Mapping[str, Initial]:
        return {} if self.alpha == 1 else {"log_baseline": Initial(())}

    def emit(self, b: Builder[V], scores: Scores[V], at: Inputs[V]) -> TermPair[V]:
        if scores.positives != Mask.DIAGONAL or scores.excluded != Mask.NONE:
            raise SsmiError("`interpolated` leaves each candidate out in turn: it needs `marginal: in-batch`")
        baseline = b.row_logmeanexp_others(scores.matrix)
        if self.alpha < 1:
            constant = b.shift(at.memory["log_baseline"], log(1 - self.alpha))
            mixed = b.sub(b.shift(baseline, log(self.alpha)), constant)
            baseline = b.add(b.softplus(mixed), constant)  # log(exp x + exp c) = c + softplus(x - c)
        # of a positive, one other candidate is left out; of a negative, the positive is
        relative = b.add_column(scores.matrix, b.neg(b.diagonal(baseline)))
        partition = b.exp(b.logmeanexp(relative, without=Mask.DIAGONAL))
        marginal = b.shift(b.add(b.masked_mean(baseline, without=Mask.DIAGONAL), partition), -1.0)
        return TermPair(b.neg(b.mean(scores.positive)), marginal)
