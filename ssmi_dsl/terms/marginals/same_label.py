"""Positives are all views of the same class."""

from typing import ClassVar, Literal

from ssmi_dsl.builders.protocol import Builder, Mask
from ssmi_dsl.terms.base import Critic, Facts, Inputs, Marginal, Scores, V


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
