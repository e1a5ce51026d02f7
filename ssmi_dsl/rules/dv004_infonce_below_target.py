"""# What it finds

InfoNCE cannot show the mutual information that the spec asks for.

# Why it is bad

InfoNCE never exceeds the logarithm of the number of candidates.

# Example

```yaml
objective: {bound: infonce, target_nats: 8.0}
```

# Instead

```yaml
objective: {bound: infonce, target_nats: 5.0}
```

# Source

van den Oord et al. 2018 (CPC), section 2.3
"""

from collections.abc import Iterator
from math import log

from ssmi_dsl.diagnostics import Severity
from ssmi_dsl.rules.base import Finding, Rule
from ssmi_dsl.rules.context import RuleContext
from ssmi_dsl.terms.marginals.queue import Queue

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
    size = objective.marginal.size + 1 if isinstance(objective.marginal, Queue) else method.recipe.batch_size
    size = method.spec.views.total * size - 1 if objective.marginal.uses_all_views else size
    if log(size) < objective.target_nats:
        yield Finding(
            ("objective", "target_nats"),
            f"{size} candidates show at most {log(size):.2f} nats, and the target is {objective.target_nats:g}",
            help="use a larger batch, or a queue",
        )
