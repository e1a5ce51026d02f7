"""The partner is the same sample's other view."""

from typing import ClassVar

from ssmi_dsl.builders.protocol import Builder
from ssmi_dsl.terms.base import Inputs, Positive, V


class Paired(Positive):
    """b_i is the target of the same sample as a_i."""

    name: ClassVar[str] = "paired"
    formula: ClassVar[str] = "b_i"
    source: ClassVar[str] = "Chen et al. 2020 (SimCLR), section 2.1"

    def partner(self, b: Builder[V], at: Inputs[V]) -> V:
        return at.y
