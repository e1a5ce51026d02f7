"""No marginal term."""

from typing import ClassVar, Literal

from ssmi_dsl.terms.base import Facts, Marginal
from ssmi_dsl.terms.reading import Origin, Reading, Step


class NoMarginal(Marginal):
    """Nothing stands for the marginal term. It may be written, so that the linter can explain why it collapses."""

    name: ClassVar[str] = "none"
    kind: ClassVar[Literal["estimated", "surrogate", "none"]] = "none"
    formula: ClassVar[str] = "M = 0"
    source: ClassVar[str] = "arXiv 2510.01345: removing the marginal term collapses the representation"
    reading: ClassVar[Reading | None] = Reading(
        stands_for="nothing: M is left out",
        steps=(
            Step(
                "J alone is largest for a constant representation, whose mutual information is 0",
                r"\arg\max J \ni \text{const}",
                Origin.REPORTED,
            ),
        ),
        section="When a stop-gradient is necessary",
    )
    facts: ClassVar[Facts] = Facts(prevents_collapse=False)
