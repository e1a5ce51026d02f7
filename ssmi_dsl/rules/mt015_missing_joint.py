"""# What it finds

The joint term has weight zero.

# Why it is bad

Nothing then ties the views of a sample to each other, and mutual information is a relation of views. The marginal term alone spreads embeddings
by noise as gladly as by content; where it scores keys of a slow target, it has nothing to hold on to and collapses.

# Example

```yaml
extends: jmi
objective: {weights: {joint: 0}} # MT015
```

# Instead

```yaml
extends: jmi
objective: {weights: {joint: 1}}
```

# Source

definition of the objective; the mutation study, benchmarks/results/mutations.md
"""

from collections.abc import Iterator

from ssmi_dsl.diagnostics import Severity
from ssmi_dsl.rules.base import Finding, Rule
from ssmi_dsl.rules.context import RuleContext

RULE = Rule("MT015", "missing-joint", Severity.ERROR, "The joint term has weight zero")


def check(context: RuleContext) -> Iterator[Finding]:
    if context.method.objective.weights.joint == 0:
        yield Finding(
            ("objective", "weights", "joint"),
            "the joint term has weight zero, so nothing relates the views of a sample",
            help="give it a positive weight",
        )
