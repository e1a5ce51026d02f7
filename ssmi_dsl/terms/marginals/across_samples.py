"""Tokens of a sample against the embeddings of all samples."""

from typing import ClassVar, Literal

from ssmi_dsl.builders.protocol import Builder, Mask
from ssmi_dsl.terms.base import Critic, Facts, Inputs, Marginal, Scores, V
from ssmi_dsl.terms.reading import Origin, Reading, Step


class AcrossSamples(Marginal):
    """The anchor is every token [N*P D], the target the embedding [N D] of a whole image; other images of the batch are the negatives."""

    name: ClassVar[str] = "across-samples"
    kind: ClassVar[Literal["estimated", "surrogate", "none"]] = "estimated"
    formula: ClassVar[str] = "q ≈ {(a_{i,p}, b_j)}; i ≠ j are negatives"
    source: ClassVar[str] = "Hjelm et al. 2019 (Deep InfoMax), eq. 6 and section 3.2"
    facts: ClassVar[Facts] = Facts(prevents_collapse=True, exchange_symmetric=False, statistics="global")
    reading: ClassVar[Reading | None] = Reading(
        stands_for="M itself, estimated: samples of q are a token of one image with the embedding of another",
        steps=(
            Step(
                "q is sampled by (a_{i,p}, b_j), i ≠ j; the tokens of an image share its negatives, so they are "
                "not independent draws",
                r"\mathbb{E}_q f \approx \tfrac{1}{N (N-1) P} \sum_{i \ne j} \sum_p f(a_{i,p}, b_j)",
                Origin.CITED,
            ),
        ),
        section="Bounds and divergences",
    )

    def scores(self, b: Builder[V], critic: Critic, at: Inputs[V]) -> Scores[V]:
        positive = critic.pair(b, at.x, b.repeat_rows(at.y, times=at.rows), at.memory)
        matrix = critic.matrix(b, at.x, at.y, at.memory)
        return Scores(positive, matrix, positives=Mask.SAMPLE, excluded=Mask.NONE)
