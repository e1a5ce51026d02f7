"""The nuclear norm of the centroids of all views."""

from typing import ClassVar, Literal

from ssmi_dsl.builders.protocol import Builder
from ssmi_dsl.terms.base import Critic, Facts, Inputs, Surrogate, TermPair, V
from ssmi_dsl.terms.over_views import mean_over
from ssmi_dsl.terms.reading import Origin, Reading, Step


class NuclearNorm(Surrogate):
    """One norm says that views agree (their centroids are long) and that samples differ (the spectrum of centroids is flat).

    The loss is -‖Z̄‖_*, split here into -‖Z̄‖_F, which only alignment changes, and the rest, which is 0 for centroids of rank 1. The
    critic is not read. The paper's second term, the norms of single samples' views, has weight 0 in its recipes and is left out.
    """

    name: ClassVar[str] = "nuclear-norm"
    reads: ClassVar[Literal["pair", "views", "pairs"]] = "views"
    formula: ClassVar[str] = "-(‖Z̄‖_* - ‖Z̄‖_F);  joint: ‖Z̄‖_F,  z̄_i = mean_v ẑ_vi"
    source: ClassVar[str] = "Yerxa et al. 2023 (MMCR, 2303.03307), eq. 2; the split is this project's"
    facts: ClassVar[Facts] = Facts(prevents_collapse=True, statistics="global")
    reading: ClassVar[Reading | None] = Reading(
        stands_for="minus the part of the nuclear norm that needs more than one direction, in the place of M",
        steps=(
            Step(
                "‖Z̄‖_F ≤ ‖Z̄‖_* ≤ √min(N, D) ‖Z̄‖_F: left for rank 1, right for a flat spectrum of centroids",
                r"\|\bar Z\|_F \le \|\bar Z\|_* \le \sqrt{\min(N, D)}\, \|\bar Z\|_F",
                Origin.PROJECT,
            ),
            Step(
                "centroids are long where views agree, their spectrum is flat where samples differ; no value of I",
                r"\mathcal{L} = -\|\bar Z\|_F - (\|\bar Z\|_* - \|\bar Z\|_F)",
                Origin.PROJECT,
            ),
        ),
        section="Entropies in place of the marginal term",
    )

    def emit(self, b: Builder[V], critic: Critic, at: Inputs[V]) -> TermPair[V]:
        centroids = mean_over(b, tuple(b.normalize(z) for z in at.views))
        length = b.sqrt(b.sum(b.square(centroids)))
        return TermPair(b.neg(length), b.sub(length, b.nuclear_norm(centroids)))
