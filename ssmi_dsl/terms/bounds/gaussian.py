"""Mutual information of jointly Gaussian embeddings, in closed form."""

from collections.abc import Mapping
from typing import ClassVar

from pydantic import Field

from ssmi_dsl.builders.protocol import Builder
from ssmi_dsl.terms.base import Bound, Facts, Initial, Inputs, Scores, Shapes, TermPair, V
from ssmi_dsl.terms.reading import Origin, Reading, Step


class Gaussian(Bound):
    """J is minus the entropy of the pair, M minus the entropies of its two sides, of Gaussians with the covariances of the batch.

    The optimal critic is quadratic and has been eliminated, so the scores are not read. Exact for Gaussian embeddings, and up to a
    constant for every generalised Gaussian; invariant to invertible linear maps, without bound as a correlation reaches one, hence ε.
    """

    name: ClassVar[str] = "gaussian"
    formula: ClassVar[str] = "½ log det(C_A + εI) + ½ log det(C_B + εI) - ½ log det(C_AB + εI)"
    source: ClassVar[str] = "Chang et al. 2024 (2409.04747), theorem 1; Borga 2001 (canonical correlations)"
    facts: ClassVar[Facts] = Facts(statistics="global")
    reading: ClassVar[Reading | None] = Reading(
        stands_for="I(A;B) itself, in closed form, for jointly Gaussian embeddings: J = -H(A,B), M = -H(A) - H(B)",
        steps=(
            Step(
                "I = ½ log det C_A + ½ log det C_B - ½ log det C_AB: no critic and no negatives are left",
                r"I(A;B) = \tfrac12 \log \frac{\det C_A \det C_B}{\det C_{AB}}",
                Origin.CITED,
            ),
            Step(
                "of other embeddings it is the value of Gaussians with the same covariances, in general no bound",
                r"I \ne I_{\mathrm{Gauss}} \text{ in general}",
                Origin.PROJECT,
            ),
        ),
        section="Entropies in place of the marginal term",
    )

    eps: float = Field(default=1e-6, ge=0, description="ε, added to the diagonals of the covariances")
    momentum: float | None = Field(
        default=None, ge=0, lt=1, description="covariances as moving averages over steps; default: those of the batch"
    )

    def state(self, shapes: Shapes) -> Mapping[str, Initial]:
        if self.momentum is None:
            return {}
        d = shapes.width
        sizes = {"covariance_a": d, "covariance_b": d, "covariance_ab": 2 * d}
        return {name: Initial((size, size), "eye") for name, size in sizes.items()}

    def emit(self, b: Builder[V], scores: Scores[V], at: Inputs[V]) -> TermPair[V]:
        found = {
            "covariance_a": b.covariance(at.x),
            "covariance_b": b.covariance(at.y),
            "covariance_ab": b.covariance(b.concat_columns(at.x, at.y)),
        }
        if self.momentum is not None:
            m = self.momentum
            found = {name: b.add(b.scale(at.memory[name], m), b.scale(new, 1 - m)) for name, new in found.items()}
        entropy = {name: b.scale(b.logdet(b.add_diagonal(c, constant=self.eps)), 0.5) for name, c in found.items()}
        marginal = b.neg(b.add(entropy["covariance_a"], entropy["covariance_b"]))
        return TermPair(entropy["covariance_ab"], marginal, {} if self.momentum is None else found)
