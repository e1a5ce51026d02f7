"""# What it finds

A cross-correlation surrogate with a critic that does not standardise features.

# Why it is bad

The matrix is then no correlation: its scale leaks into the loss.

# Example

```yaml
extends: barlow-twins
objective: {critic: dot} # MT003
```

# Instead

```yaml
extends: barlow-twins
objective: {critic: standardized}
```

# Source

Zbontar et al. 2021 (Barlow Twins), eq. 2
"""

from collections.abc import Iterator

from ssmi_dsl.diagnostics import Severity
from ssmi_dsl.fixes import Applicability, Fix, set_value
from ssmi_dsl.rules.base import Finding, Rule
from ssmi_dsl.rules.context import RuleContext
from ssmi_dsl.terms.critics.standardized import Standardized
from ssmi_dsl.terms.marginals.cross_correlation import CrossCorrelation

RULE = Rule(
    "MT003",
    "unstandardized-cross-correlation",
    Severity.ERROR,
    "A cross-correlation surrogate with a critic that does not standardise features",
)


def check(context: RuleContext) -> Iterator[Finding]:
    method = context.method
    objective = method.objective
    if isinstance(objective.marginal, CrossCorrelation) and not isinstance(objective.critic, Standardized):
        yield Finding(
            ("objective", "critic"),
            f"`cross-correlation` needs features standardised over the batch, and the critic is `{type(objective.critic).name}`",
            labels=((("objective", "marginal"), "this term correlates features"),),
            help="set `critic: standardized`",
            fix=Fix(
                "set `critic: standardized`", Applicability.SAFE, (set_value(("objective", "critic"), "standardized"),)
            ),
        )
