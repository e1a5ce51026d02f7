"""CLUB: a word of the grammar whose compiler does not exist; a spec that uses it is refused by SY011."""

from typing import ClassVar

from ssmi_dsl.terms.base import Bound, Facts


class Club(Bound):
    """The contrastive log-ratio upper bound, for objectives that minimise information."""

    name: ClassVar[str] = "club"
    formula: ClassVar[str] = "I ≤ E_p[log q(b|a)] - E_q[log q(b|a)]"
    source: ClassVar[str] = "Cheng et al. 2020 (CLUB)"
    implemented: ClassVar[bool] = False
    facts: ClassVar[Facts] = Facts(upper=True)
