"""# What it finds

The covariance term is used without the variance term.

# Why it is bad

Shrinking every feature to zero makes both the invariance and the covariance term vanish.

# Example

```yaml
extends: vicreg
objective:
  marginal: {variance-covariance: {variance: 0, covariance: 1}} # MT002
```

# Instead

```yaml
extends: vicreg
objective:
  marginal: {variance-covariance: {variance: 25, covariance: 1}}
```

# Source

Bardes et al. 2022 (VICReg), section 4 and table 7
"""

from collections.abc import Iterator

from ssmi_dsl.diagnostics import Severity
from ssmi_dsl.fixes import Applicability, Fix, set_value
from ssmi_dsl.rules.base import Finding, Rule
from ssmi_dsl.rules.context import RuleContext
from ssmi_dsl.terms.marginals.variance_covariance import VarianceCovariance

RULE = Rule(
    "MT002", "covariance-without-variance", Severity.ERROR, "The covariance term is used without the variance term"
)


def check(context: RuleContext) -> Iterator[Finding]:
    method = context.method
    marginal = method.objective.marginal
    if isinstance(marginal, VarianceCovariance) and marginal.variance == 0:
        yield Finding(
            ("objective", "marginal", "variance-covariance", "variance"),
            "the variance term has weight zero, so embeddings can shrink to nothing",
            labels=((("objective", "critic"), "its distance shrinks with them"),),
            help="the paper uses `variance: 25`",
            fix=Fix(
                "set `variance: 25.0`",
                Applicability.SAFE,
                (set_value(("objective", "marginal", "variance-covariance", "variance"), 25.0),),
            ),
        )
