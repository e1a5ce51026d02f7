"""Donsker-Varadhan with a moving average in the gradient."""

from collections.abc import Mapping
from typing import ClassVar

from pydantic import Field

from ssmi_dsl.builders.protocol import Builder
from ssmi_dsl.terms.base import Bound, Facts, Initial, Inputs, Scores, Shapes, TermPair, V

# the moving average never falls below this: its inverse multiplies the gradient
SMALLEST = 1e-4


class Mine(Bound):
    """The value is Donsker-Varadhan's; in its gradient E_q exp T is divided by a moving average Z instead of the batch's own mean.

    The gradient of a logarithm of a minibatch mean is biased; the average Z takes the bias away over the steps.
    """

    name: ClassVar[str] = "mine"
    formula: ClassVar[str] = "I ≥ E_p[T] - log E_q[exp T],  ∇M = E_q[exp T ∇T] / Z,  Z <- m Z + (1 - m) E_q[exp T]"
    source: ClassVar[str] = "Belghazi et al. 2018 (1801.04062), section 3.2; the momentum is that of SMILE's code"
    facts: ClassVar[Facts] = Facts(raw_exponential=True, statistics="global")

    momentum: float = Field(
        default=0.9, ge=0, lt=1, description="m of Z <- m Z + (1 - m) E_q exp T, the denominator of the gradient"
    )
    constant_penalty: float = Field(
        default=0.0, ge=0, description="weight of (log E_q exp T)², which pins the free constant of the critic (ReMINE)"
    )

    def state(self, shapes: Shapes) -> Mapping[str, Initial]:
        return {"partition": Initial((), "ones")}

    def emit(self, b: Builder[V], scores: Scores[V], at: Inputs[V]) -> TermPair[V]:
        log_mean = b.logmeanexp(scores.matrix, without=scores.excluded | scores.positives)
        mean = b.exp(log_mean)
        moved = b.add(b.scale(at.memory["partition"], self.momentum), b.scale(mean, 1 - self.momentum))
        partition = b.stop_gradient(b.clip(moved, low=SMALLEST, high=float("inf")))
        slope = b.div(mean, partition)
        # the value of the logarithm with the gradient of the quotient
        marginal = b.add(slope, b.stop_gradient(b.sub(log_mean, slope)))
        if self.constant_penalty > 0:
            marginal = b.add(marginal, b.scale(b.square(log_mean), self.constant_penalty))
        return TermPair(b.neg(b.mean(scores.positive)), marginal, {"partition": partition})
