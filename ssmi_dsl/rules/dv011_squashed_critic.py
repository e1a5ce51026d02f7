"""# What it finds

The critic passes a sigmoid before the softplus of the Jensen-Shannon estimate.

# Why it is bad

A score in (0, 1) cannot say more than softplus(-1) + softplus(0) = 1.00641: the loss has a floor well above its optimum of 0, and gradients
vanish on the way. The switch is there to reproduce the published code of GMI.

# Example

```yaml
extends: jmi
objective: {bound: {jsd: {squash: true}}} # DV011
```

# Instead

```yaml
extends: jmi
objective: {bound: jsd}
```

# Source

Peng et al. 2020 (GMI), official code; docs/theory.md: the floor
"""

from collections.abc import Iterator

from ssmi_dsl.diagnostics import Severity
from ssmi_dsl.fixes import Applicability, Fix, set_value
from ssmi_dsl.rules.base import Finding, Rule
from ssmi_dsl.rules.context import RuleContext
from ssmi_dsl.terms.bounds.jsd import Jsd

RULE = Rule(
    "DV011",
    "squashed-critic",
    Severity.WARNING,
    "The critic passes a sigmoid before the softplus of the Jensen-Shannon estimate",
)


def check(context: RuleContext) -> Iterator[Finding]:
    bound = context.method.objective.bound
    if isinstance(bound, Jsd) and bound.squash:
        yield Finding(
            ("objective", "bound", "jsd", "squash"),
            "with a sigmoid on the critic the loss cannot fall below 1.00641, where its optimum is 0",
            help="drop `squash`, unless published numbers of GMI are to be reproduced",
            fix=Fix(
                "drop the sigmoid", Applicability.SAFE, (set_value(("objective", "bound", "jsd", "squash"), False),)
            ),
        )
