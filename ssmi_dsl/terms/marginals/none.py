"""No marginal term."""

from typing import ClassVar, Literal

from ssmi_dsl.terms.base import Facts, Marginal


class NoMarginal(Marginal):
    """Nothing stands for the marginal term. It may be written, so that the linter can explain why it collapses."""

    name: ClassVar[str] = "none"
    kind: ClassVar[Literal["estimated", "surrogate", "none"]] = "none"
    formula: ClassVar[str] = "M = 0"
    source: ClassVar[str] = "arXiv 2510.01345: removing the marginal term collapses the representation"
    facts: ClassVar[Facts] = Facts(prevents_collapse=False)
