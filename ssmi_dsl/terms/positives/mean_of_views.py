"""The partner is the mean of all other views."""

from typing import ClassVar, Literal

from ssmi_dsl.builders.protocol import Builder
from ssmi_dsl.terms.base import Inputs, Positive, V
from ssmi_dsl.terms.reading import Origin, Reading, Step


class MeanOfViews(Positive):
    """b_i is the mean target of the sample's other global views: less noisy than one of them."""

    name: ClassVar[str] = "mean-of-views"
    formula: ClassVar[str] = "mean_{u≠v} b_i^u"
    source: ClassVar[str] = "Pototzky et al. 2022 (FastSiam), section 3"
    reading: ClassVar[Reading | None] = Reading(
        stands_for="the pair of J: the partner is a function of all other views B₁, B₂, … together",
        steps=(
            Step(
                "I(A; mean B) ≤ I(A; B₁, B₂, …): the bound is about all other views, and may exceed the "
                "information in one of them",
                r"I(A; \bar B) \le I(A; B_1, B_2, \dots)",
                Origin.PROJECT,
            ),
        ),
        section="Bounds and divergences",
    )
    reads: ClassVar[Literal["pair", "others"]] = "others"

    def partner(self, b: Builder[V], at: Inputs[V]) -> V:
        total = at.targets[0]
        for target in at.targets[1:]:
            total = b.add(total, target)
        return b.scale(total, 1 / len(at.targets))
