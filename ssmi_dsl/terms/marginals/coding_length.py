"""The coding length of two views together, as a series."""

from typing import ClassVar

from pydantic import Field

from ssmi_dsl.builders.protocol import Builder
from ssmi_dsl.terms.base import Critic, Facts, Inputs, Surrogate, TermPair, V
from ssmi_dsl.terms.over_views import sum_over
from ssmi_dsl.terms.reading import Origin, Reading, Step


class CodingLength(Surrogate):
    """Minus log det(I + D/(N ε²) Ẑ_aᵀẐ_b), as the first terms of its Taylor series.

    The first term is the mean cosine: the joint term. All others, which the decorrelation of features lowers, are the marginal term.
    """

    name: ClassVar[str] = "coding-length"
    formula: ClassVar[str] = "-Σ_{k=2}^n (-1)^(k+1)/k tr C^k;  joint: tr C,  C = D/(N ε²) Ẑ_aᵀẐ_b"
    source: ClassVar[str] = "Liu et al. 2022 (MEC, 2210.11464), eq. 5 and 6; without its factor μ"
    facts: ClassVar[Facts] = Facts(prevents_collapse=True, statistics="global")
    reading: ClassVar[Reading | None] = Reading(
        stands_for="the terms of order 2 and more of a coding length; its first term is J",
        steps=(
            Step(
                "log det(I + C) = tr C - ½ tr C² + ⅓ tr C³ - …, convergent where all |eigenvalues| of C are below 1",
                r"\log \det (I + C) = \sum_k \tfrac{(-1)^{k+1}}{k} \operatorname{tr} C^k",
                Origin.CITED,
            ),
            Step(
                "tr C is the mean cosine of pairs times D/ε²; -½ tr C² penalises crowded directions as the "
                "second-order surrogates do",
                r"J = \tfrac{D}{\epsilon^2}\, \mathbb{E}_p \cos, \quad M \approx \tfrac12 \operatorname{tr} C^2",
                Origin.PROJECT,
            ),
        ),
        section="Entropies in place of the marginal term",
    )

    order: int = Field(default=4, ge=2, le=16, description="n, the terms of the series")
    distortion: float = Field(
        default=64.0,
        gt=0,
        description="ε²; the series converges for every batch where ε² exceeds the embedding width D",
    )

    def emit(self, b: Builder[V], critic: Critic, at: Inputs[V]) -> TermPair[V]:
        moment = b.cross_moment(b.normalize(at.x), b.normalize(at.y))
        coding = b.scale(b.mul(moment, b.width(at.x)), 1 / self.distortion)
        joint = b.neg(b.sum(b.diagonal(coding)))
        power = coding
        terms: list[V] = []
        for k in range(2, self.order + 1):
            power = b.matmul(power, coding)
            terms.append(b.scale(b.sum(b.diagonal(power)), (-1) ** k / k))
        return TermPair(joint, sum_over(b, tuple(terms)))
