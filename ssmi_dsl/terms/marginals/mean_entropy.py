"""The mean assignment of anchors is kept near a prior over prototypes."""

from collections.abc import Mapping
from typing import ClassVar, Literal

from pydantic import Field

from ssmi_dsl.builders.protocol import Builder, Mask
from ssmi_dsl.terms.base import Critic, Facts, Initial, Inputs, Shapes, Surrogate, TermPair, V
from ssmi_dsl.terms.critics.prototypes import Prototypes
from ssmi_dsl.terms.reading import Origin, Reading, Step


class MeanEntropy(Surrogate):
    """The divergence of the mean assignment p̄ of all anchors of a step from a prior π; targets are sharpened.

    With the uniform prior it is log K - H(p̄): every prototype is used equally often. An anchor weighs as often as it meets a target.
    """

    name: ClassVar[str] = "mean-entropy"
    reads: ClassVar[Literal["pair", "views", "pairs"]] = "pairs"
    formula: ClassVar[str] = "KL(p̄ ‖ π),  p̄ = mean softmax(a/τ),  π_k ∝ k^-power;  q = sharpen(softmax(b/τ))"
    source: ClassVar[str] = "Assran et al. 2022 (MSN), eq. 1; Assran et al. 2023 (PMSN)"
    facts: ClassVar[Facts] = Facts(prevents_collapse=True, exchange_symmetric=False, statistics="global")
    reading: ClassVar[Reading | None] = Reading(
        stands_for="minus the entropy of the mean assignment in the place of M, relative to a prior",
        steps=(
            Step(
                "with a uniform prior KL(p̄ ‖ π) = log K - H(p̄)",
                r"\mathrm{KL}(\bar p\,\|\,\pi) = \log K - H(\bar p)",
                Origin.CITED,
            ),
            Step(
                "I(A;k) = H(p̄) - E H(p) for an assignment k drawn from p: H(p̄) is held up here, a small "
                "cross-entropy with sharp targets keeps H(p) small",
                r"I(A; k) = H(\bar p) - \mathbb{E} H(p)",
                Origin.PROJECT,
            ),
        ),
        section="Assignments",
    )

    sharpen: float = Field(
        default=0.25, gt=0, le=1, description="T: the target's softmax is taken at τ T, τ the critic's temperature"
    )
    power: float = Field(default=0.0, ge=0, description="exponent of the prior π_k ∝ k^-power; 0 is the uniform prior")
    divergence: Literal["mean-prior", "prior-mean"] = Field(
        default="mean-prior", description="KL(p̄ ‖ π) or KL(π ‖ p̄); with the uniform prior the first is log K - H(p̄)"
    )
    sinkhorn: int = Field(default=0, ge=0, description="Sinkhorn-Knopp iterations on the sharpened targets; 0: none")

    def state(self, shapes: Shapes) -> Mapping[str, Initial]:
        return {"prior": Initial((shapes.width,), "power-law", self.power)}

    def emit(self, b: Builder[V], critic: Critic, at: Inputs[V]) -> TermPair[V]:
        assert isinstance(critic, Prototypes), "the structure of the spec was checked"
        anchors = b.concat(tuple(x for x, _ in at.pairs))
        targets = b.concat(tuple(self.assign(b, critic, y) for _, y in at.pairs))
        joint = b.neg(b.mean(critic.pair(b, anchors, targets, at.memory)))
        return TermPair(joint, self._divergence(b, critic.log_assignment(b, anchors), at.memory["prior"]))

    def assign(self, b: Builder[V], critic: Prototypes, y: V) -> V:
        """Scores [N K] -> sharpened assignment [N K]."""
        sharp = b.scale(y, 1 / (critic.temperature * self.sharpen))
        return b.sinkhorn(b.log_softmax(sharp), iterations=self.sinkhorn) if self.sinkhorn else b.softmax(sharp)

    def _divergence(self, b: Builder[V], log_p: V, prior: V) -> V:
        # log p̄ by log-sum-exp: p̄_k may underflow, and its logarithm must not
        sums = b.row_logsumexp(b.transpose(log_p), without=Mask.NONE)
        log_mean = b.sub(sums, b.log(b.sum(b.exp(sums))))
        ratio = b.sub(log_mean, b.log(prior))
        if self.divergence == "mean-prior":
            return b.sum(b.mul(b.exp(log_mean), ratio))
        return b.neg(b.sum(b.mul(prior, ratio)))
