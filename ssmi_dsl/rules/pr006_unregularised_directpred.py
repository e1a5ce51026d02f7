"""# What it finds

DirectPred runs without ε, or without a moving average of the correlation matrix.

# Why it is bad

The predictor is then zero in directions of small eigenvalue, or follows the noise of one batch: directions that start small never grow.

# Example

```yaml
extends: byol
branches:
  online: {predictor: {linear: 256}}
optimize: {predictor: {direct: {eps: 0, momentum: 0.3}}} # PR006
```

# Instead

```yaml
extends: byol
branches:
  online: {predictor: {linear: 256}}
optimize: {predictor: {direct: {eps: 0.01, momentum: 0.3}}}
```

# Source

Tian et al. 2021 (2102.06810), section 4, and the official code: ε = 0.01, ρ = 0.3
"""

from collections.abc import Iterator

from ssmi_dsl.diagnostics import Severity
from ssmi_dsl.fixes import Applicability, Fix, set_value
from ssmi_dsl.rules.base import Finding, Rule
from ssmi_dsl.rules.context import RuleContext

RULE = Rule(
    "PR006",
    "unregularised-directpred",
    Severity.WARNING,
    "DirectPred runs without ε, or without a moving average of the correlation matrix",
)


def check(context: RuleContext) -> Iterator[Finding]:
    direct = context.method.spec.optimize.predictor.direct
    if direct is None:
        return
    loc = ("optimize", "predictor", "direct")
    if direct.eps == 0:
        message = "with `eps: 0` the predictor is zero where the correlation matrix is, so small directions never grow"
        yield Finding(
            (*loc, "eps"),
            message,
            help="use 0.01 to 0.1",
            fix=Fix("set `eps: 0.01`", Applicability.SAFE, (set_value((*loc, "eps"), 0.01),)),
        )
    if direct.momentum == 0:
        message = "with `momentum: 0` the predictor follows the correlation matrix of a single batch"
        yield Finding(
            (*loc, "momentum"),
            message,
            help="the official code uses 0.3",
            fix=Fix("set `momentum: 0.3`", Applicability.SAFE, (set_value((*loc, "momentum"), 0.3),)),
        )
