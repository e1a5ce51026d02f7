"""Positives are all views of the same class."""

from typing import ClassVar, Literal

from ssmi_dsl.builders.protocol import Builder, Mask
from ssmi_dsl.terms.base import Critic, Facts, Inputs, Marginal, Scores, V
from ssmi_dsl.terms.reading import Origin, Reading, Step


class SameLabel(Marginal):
    """As `all-views`, but a positive score is the mean over every other view with the anchor's label: the mean outside the logarithm."""

    name: ClassVar[str] = "same-label"
    kind: ClassVar[Literal["estimated", "surrogate", "none"]] = "estimated"
    uses_all_views: ClassVar[bool] = True
    needs_labels: ClassVar[bool] = True
    formula: ClassVar[str] = (
        "u = [z₁; z₂];  T⁺_i = mean of T(u_i, u_p) over p ≠ i with the label of i;  candidates u_j, j ≠ i"
    )
    source: ClassVar[str] = (
        "Khosla et al. 2020 (SupCon, 2004.11362), eq. 2 (L_out); solo-learn has the other form, L_in"
    )
    facts: ClassVar[Facts] = Facts(prevents_collapse=True, statistics="global")
    reading: ClassVar[Reading | None] = Reading(
        stands_for="M itself, estimated as `all-views` does; the labels change J, whose pairs are any two views of one class",
        steps=(
            Step(
                "p is the distribution of two views of one class: the bound is about what such views share, not "
                "about the sample",
                r"J_i = \tfrac{1}{|P(i)|} \sum_{p \in P(i)} T(u_i, u_p)",
                Origin.PROJECT,
            ),
            Step(
                "positives stay among the candidates: they are not draws of q",
                r"M_i = \log \sum_{j \ne i} e^{T(u_i, u_j)}",
                Origin.CITED,
            ),
        ),
        section="Bounds and divergences",
    )

    def scores(self, b: Builder[V], critic: Critic, at: Inputs[V]) -> Scores[V]:
        assert at.labels is not None
        views = b.concat((at.x, at.y))
        matrix = critic.matrix(b, views, views, at.memory)
        same = b.equal(at.labels, at.labels)
        rows = b.transpose(b.concat((same, same)))
        partners = b.off_diagonal(b.concat((rows, rows)))
        # of the same length: a sum over partners divided by their number
        positive = b.div(b.row_dot(partners, matrix), b.row_sum(partners))
        return Scores(positive, matrix, positives=Mask.SHIFTED, excluded=Mask.DIAGONAL)
