"""# What it finds

The momentum of an EMA target is not in [0, 1).

# Why it is bad

At 1 the target never moves; outside the range it diverges.

# Example

```yaml
extends: byol
branches:
  target: {update: {ema: {momentum: 1.0}}} # EM001
```

# Instead

```yaml
extends: byol
branches:
  target: {update: {ema: {momentum: 0.99}}}
```

# Source

Grill et al. 2020 (BYOL), section 3.1
"""

from collections.abc import Iterator

from ssmi_dsl.diagnostics import Severity
from ssmi_dsl.rules.base import Finding, Rule
from ssmi_dsl.rules.context import RuleContext

RULE = Rule("EM001", "momentum-out-of-range", Severity.ERROR, "The momentum of an EMA target is not in [0, 1)")


def check(context: RuleContext) -> Iterator[Finding]:
    method = context.method
    for branch in method.branches:
        if branch.ema is not None and not 0 <= branch.ema.momentum < 1:
            yield Finding(
                ("branches", branch.name, "update", "ema", "momentum"),
                f"the momentum is {branch.ema.momentum:g}; it must be at least 0 and below 1",
                help="0.99 is usual at batch 256",
            )
