"""The leave-one-out bound: a word of the grammar whose compiler does not exist; a spec that uses it is refused by SY011."""

from typing import ClassVar

from ssmi_dsl.terms.base import Bound, Facts


class LeaveOneOut(Bound):
    """The leave-one-out upper bound."""

    name: ClassVar[str] = "leave-one-out"
    formula: ClassVar[str] = "I ≤ E[T_ii - log mean_{j≠i} exp T_ij]"
    source: ClassVar[str] = "Poole et al. 2019, section 2.2"
    implemented: ClassVar[bool] = False
    facts: ClassVar[Facts] = Facts(upper=True)
