"""The entropy-reconstruction bound."""

from typing import ClassVar

from pydantic import Field

from ssmi_dsl.builders.protocol import Builder, Mask
from ssmi_dsl.terms.base import Bound, Facts, Inputs, Scores, TermPair, V
from ssmi_dsl.terms.reading import Origin, Reading, Step


class EntropyReconstruction(Bound):
    """Reconstruction log q(b|a) is the critic's score up to a constant; the entropy of the targets is estimated by a kernel density.

    On the unit sphere, with von Mises-Fisher kernels of concentration κ. With `cosine: {temperature: 1/κ}` both normalising constants
    are the same and cancel. The constant log(N - 1) of the density is left out.
    """

    name: ClassVar[str] = "entropy-reconstruction"
    formula: ClassVar[str] = "I ≥ H(B) + E_p log q(b|a),  -H(B) ≈ mean_i log Σ_{j≠i} exp(κ cos(b_i, b_j))"
    source: ClassVar[str] = "Rodríguez-Gálvez et al. 2023 (2307.10907), eq. 3 and section 3.2"
    facts: ClassVar[Facts] = Facts(exchange_symmetric=False, statistics="global")
    reading: ClassVar[Reading | None] = Reading(
        stands_for="I(A;B) = H(B) - H(B|A): J is the reconstruction E_p log q(b|a), M an estimate of -H(B)",
        steps=(
            Step(
                "-H(B|A) ≥ E_p log q(b|a) for every density q, so I(A;B) ≥ H(B) + E_p log q(b|a)",
                r"I(A;B) \ge H(B) + \mathbb{E}_p \log q(b\,|\,a)",
                Origin.CITED,
            ),
            Step(
                "the kernel estimate is a cross-entropy, on average at or above H(B): with it the value is no "
                "longer a lower bound",
                r"-\mathbb{E} \log \hat p(b) \ge H(B)",
                Origin.PROJECT,
            ),
        ),
        section="Entropies in place of the marginal term",
    )

    concentration: float = Field(default=10.0, gt=0, description="κ of the kernels of the entropy estimate")

    def emit(self, b: Builder[V], scores: Scores[V], at: Inputs[V]) -> TermPair[V]:
        unit = b.normalize(at.y)
        kernels = b.scale(b.matmul_t(unit, unit), self.concentration)
        return TermPair(b.neg(b.mean(scores.positive)), b.mean(b.row_logsumexp(kernels, without=Mask.DIAGONAL)))
