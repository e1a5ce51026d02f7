"""The partner is the mean of all other views."""

from typing import ClassVar, Literal

from ssmi_dsl.builders.protocol import Builder
from ssmi_dsl.terms.base import Inputs, Positive, V


class MeanOfViews(Positive):
    """b_i is the mean target of the sample's other global views: less noisy than one of them."""

    name: ClassVar[str] = "mean-of-views"
    formula: ClassVar[str] = "mean_{u≠v} b_i^u"
    source: ClassVar[str] = "Pototzky et al. 2022 (FastSiam), section 3"
    reads: ClassVar[Literal["pair", "others"]] = "others"

    def partner(self, b: Builder[V], at: Inputs[V]) -> V:
        total = at.targets[0]
        for target in at.targets[1:]:
            total = b.add(total, target)
        return b.scale(total, 1 / len(at.targets))
