"""Words of the grammar whose compiler does not exist yet: a spec that uses one is refused by SY011."""

from typing import ClassVar, Literal

from ssmi_dsl.terms.base import Facts, Marginal


class MeanEntropy(Marginal):
    """Entropy of the mean assignment."""

    name: ClassVar[str] = "mean-entropy"
    formula: ClassVar[str] = "H(E p)"
    source: ClassVar[str] = "Assran et al. 2022 (MSN)"
    implemented: ClassVar[bool] = False
    kind: ClassVar[Literal["estimated", "surrogate", "none"]] = "surrogate"
    facts: ClassVar[Facts] = Facts(prevents_collapse=True)
