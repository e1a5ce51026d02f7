"""# What it finds

Both blocks are updated from the same old values.

# Why it is bad

The monotonicity statement of the paper holds for steps that follow each other; simultaneous ones need half the learning rate.

# Example

```yaml
extends: sdmi
optimize: {updates: simultaneous} # SD010
```

# Instead

```yaml
extends: sdmi
optimize: {updates: sequential}
```

# Source

arXiv:2510.01345, proposition 3.1; docs/theory.md
"""

from collections.abc import Iterator

from ssmi_dsl.diagnostics import Severity
from ssmi_dsl.fixes import Applicability, Fix, delete_key
from ssmi_dsl.rules.base import Finding, Rule
from ssmi_dsl.rules.context import RuleContext

RULE = Rule("SD010", "simultaneous-blocks", Severity.WARNING, "Both blocks are updated from the same old values")


def check(context: RuleContext) -> Iterator[Finding]:
    method = context.method
    if len(method.phases) > 1 and method.spec.optimize.updates == "simultaneous":
        yield Finding(
            ("optimize", "updates"),
            "the two blocks move at once, where the theory lets one follow the other",
            labels=((("optimize", "blocks"), "these take turns"),),
            help="remove `updates: simultaneous`",
            fix=Fix("remove `updates: simultaneous`", Applicability.SAFE, (delete_key(("optimize", "updates")),)),
        )
