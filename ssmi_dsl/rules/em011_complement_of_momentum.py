"""# What it finds

The momentum of an EMA target is above 0 and below 0.5.

# Why it is bad

It is the share of the old target that is kept. Some libraries state the share of the source instead: their 0.05 is 0.95 here.

# Example

```yaml
extends: byol
branches:
  target: {update: {ema: {momentum: 0.05}}} # EM011
```

# Instead

```yaml
extends: byol
branches:
  target: {update: {ema: {momentum: 0.95}}}
```

# Source

a review of a public trainer found an update rate passed as retention: the teacher was nearly the student
"""

from collections.abc import Iterator

from ssmi_dsl.diagnostics import Severity
from ssmi_dsl.fixes import Applicability, Fix, set_value
from ssmi_dsl.rules.base import Finding, Rule
from ssmi_dsl.rules.context import RuleContext

RULE = Rule(
    "EM011", "complement-of-momentum", Severity.WARNING, "The momentum of an EMA target is above 0 and below 0.5"
)


def check(context: RuleContext) -> Iterator[Finding]:
    for branch in context.method.branches:
        if branch.ema is not None and 0 < branch.ema.momentum < 0.5:
            momentum = branch.ema.momentum
            loc = ("branches", branch.name, "update", "ema", "momentum")
            yield Finding(
                loc,
                f"momentum {momentum:g} replaces {1 - momentum:.0%} of the target in every step",
                notes=("target <- momentum * target + (1 - momentum) * source",),
                help=f"if {momentum:g} is the share of the source, write {1 - momentum:g}",
                fix=Fix(
                    f"write `{1 - momentum:g}`", Applicability.UNSAFE, (set_value(loc, float(f"{1 - momentum:g}")),)
                ),
            )
