"""# What it finds

InfoNCE cannot show the mutual information that the spec asks for.

# Why it is bad

InfoNCE never exceeds the logarithm of the number of candidates.

# Example

```yaml
extends: simclr
objective: {target_nats: 8.0} # DV004
```

# Instead

```yaml
extends: simclr
objective: {target_nats: 4.0}
```

# Source

van den Oord et al. 2018 (CPC), section 2.3
"""

from collections.abc import Iterator
from math import log

from ssmi_dsl.diagnostics import Severity
from ssmi_dsl.rules.base import Finding, Rule
from ssmi_dsl.rules.context import RuleContext
from ssmi_dsl.rules.questions import num_candidates

RULE = Rule(
    "DV004",
    "infonce-below-target",
    Severity.WARNING,
    "InfoNCE cannot show the mutual information that the spec asks for",
)


def check(context: RuleContext) -> Iterator[Finding]:
    method = context.method
    objective = method.objective
    if type(objective.bound).name != "infonce" or objective.target_nats is None:
        return
    size = num_candidates(method)
    if size is not None and log(size) < objective.target_nats:
        yield Finding(
            ("objective", "target_nats"),
            f"{size} candidates show at most {log(size):.2f} nats, and the target is {objective.target_nats:g}",
            label=f"recipe `{method.recipe.name}`",
            labels=((("objective", "bound"), "at most the logarithm of the number of candidates"),),
            help="use a larger batch, or a queue",
        )
