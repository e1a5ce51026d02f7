"""Log-determinant of running covariances."""

from collections.abc import Mapping
from typing import ClassVar

from pydantic import Field

from ssmi_dsl.builders.protocol import Builder
from ssmi_dsl.terms.base import Critic, Facts, Initial, Inputs, Shapes, Surrogate, TermPair, V
from ssmi_dsl.terms.reading import Origin, Reading, Step


class LogDet(Surrogate):
    """Minus the entropy of two Gaussians with the covariances of the views, for each feature.

    Means and covariances are moving averages that take in the batch before they are used; the part of the past is a constant.
    """

    name: ClassVar[str] = "log-det"
    formula: ClassVar[str] = "-(log det(R_a + εI) + log det(R_b + εI)) / D,  R <- λ R + (1 - λ) (z - μ)ᵀ(z - μ) / N"
    source: ClassVar[str] = (
        "Ozsoy et al. 2022 (CorInfoMax, 2209.07999), eq. 5 and algorithm 1; embeddings of norm 1 as in its code"
    )
    facts: ClassVar[Facts] = Facts(prevents_collapse=True, statistics="global", unbounded_in_norm=True)
    reading: ClassVar[Reading | None] = Reading(
        stands_for="M = -H(A) - H(B) of Gaussians with the views' covariances, times 2/D and up to constants",
        steps=(
            Step(
                "a Gaussian has H = ½ log det R + (D/2) log 2πe: largest entropy of all distributions with "
                "covariance R",
                r"H = \tfrac12 \log \det R + \tfrac{D}{2} \log 2 \pi e",
                Origin.CITED,
            ),
            Step(
                "I = H(A) + H(B) - H(A,B): the critic's alignment takes the place of -H(A,B), hence no value of I",
                r"I(A;B) = H(A) + H(B) - H(A,B)",
                Origin.PROJECT,
            ),
        ),
        section="Entropies in place of the marginal term",
    )

    momentum: float = Field(default=0.01, ge=0, lt=1, description="λ, the part of the past in mean and covariance")
    eps: float = Field(default=1e-8, ge=0, description="ε, added to the diagonal of the covariance")
    normalize: bool = Field(default=True, description="divide every embedding by its norm first")

    def state(self, shapes: Shapes) -> Mapping[str, Initial]:
        d = shapes.width
        means = {f"mean_{side}": Initial((d,)) for side in "ab"}
        return {**means, **{f"covariance_{side}": Initial((d, d), "eye") for side in "ab"}}

    def emit(self, b: Builder[V], critic: Critic, at: Inputs[V]) -> TermPair[V]:
        updates: dict[str, V] = {}
        entropies: list[V] = []
        for side, z in (("a", at.x), ("b", at.y)):
            z = b.normalize(z) if self.normalize else z
            mean = self._moved(b, at.memory[f"mean_{side}"], b.column_mean(z))
            centred = b.add_row(z, b.neg(mean))
            covariance = self._moved(b, at.memory[f"covariance_{side}"], b.cross_moment(centred, centred))
            entropies.append(b.logdet(b.add_diagonal(covariance, constant=self.eps)))
            updates |= {f"mean_{side}": mean, f"covariance_{side}": covariance}
        marginal = b.neg(b.div(b.add(*entropies), b.width(at.x)))
        return TermPair(b.neg(b.mean(critic.pair(b, at.x, at.y, at.memory))), marginal, updates)

    def _moved(self, b: Builder[V], past: V, batch: V) -> V:
        return b.add(b.scale(past, self.momentum), b.scale(batch, 1 - self.momentum))
