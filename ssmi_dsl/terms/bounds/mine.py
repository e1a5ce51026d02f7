"""Donsker-Varadhan with a moving average in the gradient."""

from collections.abc import Mapping
from math import inf, log
from typing import ClassVar

from pydantic import Field

from ssmi_dsl.builders.protocol import Builder
from ssmi_dsl.terms.base import Bound, Facts, Initial, Inputs, Scores, Shapes, TermPair, V
from ssmi_dsl.terms.reading import Origin, Reading, Step

# the moving average never falls below this: its inverse multiplies the gradient
SMALLEST = log(1e-4)


class Mine(Bound):
    """The value is Donsker-Varadhan's; in its gradient E_q exp T is divided by a moving average Z instead of the batch's own mean.

    The gradient of a logarithm of a minibatch mean is biased; the average Z takes the bias away over the steps. It is kept as a
    logarithm, so that large scores do not overflow.
    """

    name: ClassVar[str] = "mine"
    formula: ClassVar[str] = "I ≥ E_p[T] - log E_q[exp T],  ∇M = E_q[exp T ∇T] / Z,  Z <- m Z + (1 - m) E_q[exp T]"
    source: ClassVar[str] = "Belghazi et al. 2018 (1801.04062), section 3.2; the momentum is that of SMILE's code"
    averages: ClassVar[bool] = True
    facts: ClassVar[Facts] = Facts(statistics="global")
    reading: ClassVar[Reading | None] = Reading(
        stands_for="I(A;B), from below, as Donsker-Varadhan, with another estimate of the gradient of M",
        steps=(
            Step(
                "I(A;B) ≥ E_p T - log E_q exp T; the value is the batch's own",
                r"I(A;B) \ge \mathbb{E}_p T - \log \mathbb{E}_q e^{T}",
                Origin.CITED,
            ),
            Step(
                "∇M = E_q[exp T ∇T] / Z, with Z a moving average of E_q exp T: the batch's own mean in its "
                "place would bias the gradient",
                r"\nabla M = \mathbb{E}_q[e^{T} \nabla T] / Z",
                Origin.CITED,
            ),
        ),
        section="Bounds and divergences",
    )

    momentum: float = Field(
        default=0.9, ge=0, lt=1, description="m of Z <- m Z + (1 - m) E_q exp T, the denominator of the gradient"
    )
    constant_penalty: float = Field(
        default=0.0, ge=0, description="weight of (log E_q exp T)², which pins the free constant of the critic (ReMINE)"
    )

    def state(self, shapes: Shapes) -> Mapping[str, Initial]:
        return {"log_partition": Initial(())}

    def emit(self, b: Builder[V], scores: Scores[V], at: Inputs[V]) -> TermPair[V]:
        log_mean = b.logmeanexp(scores.matrix, without=scores.excluded | scores.positives)
        partition = b.stop_gradient(
            b.clip(self._moved(b, at.memory["log_partition"], log_mean), low=SMALLEST, high=inf)
        )
        slope = b.exp(b.sub(log_mean, partition))  # at most 1 / (1 - m)
        # the value of the logarithm with the gradient of the quotient
        marginal = b.add(slope, b.stop_gradient(b.sub(log_mean, slope)))
        if self.constant_penalty > 0:
            marginal = b.add(marginal, b.scale(b.square(log_mean), self.constant_penalty))
        return TermPair(b.neg(b.mean(scores.positive)), marginal, {"log_partition": partition})

    def _moved(self, b: Builder[V], past: V, batch: V) -> V:
        """log(m exp past + (1 - m) exp batch), as past' + softplus(batch' - past')."""
        if self.momentum == 0:
            return batch
        past, batch = b.shift(past, log(self.momentum)), b.shift(batch, log(1 - self.momentum))
        return b.add(past, b.softplus(b.sub(batch, past)))
