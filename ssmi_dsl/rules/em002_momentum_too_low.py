"""# What it finds

The momentum of an EMA target is below 0.9.

# Why it is bad

Targets that move almost as fast as the encoder are unstable.

# Example

```yaml
extends: byol
branches:
  target: {update: {ema: {momentum: 0.5}}} # EM002
```

# Instead

```yaml
extends: byol
branches:
  target: {update: {ema: {momentum: 0.99}}}
```

# Source

Grill et al. 2020 (BYOL), table 5a
"""

from collections.abc import Iterator

from ssmi_dsl.caps import half_life
from ssmi_dsl.diagnostics import Severity
from ssmi_dsl.fixes import Applicability, Fix, set_value
from ssmi_dsl.rules.base import Finding, Rule
from ssmi_dsl.rules.context import RuleContext

RULE = Rule("EM002", "momentum-too-low", Severity.WARNING, "The momentum of an EMA target is below 0.9")


def check(context: RuleContext) -> Iterator[Finding]:
    method = context.method
    for branch in method.branches:
        if (
            branch.ema is not None
            and (branch.ema.momentum == 0 or 0.5 <= branch.ema.momentum < 0.9)
            and not method.has_true_marginal
        ):
            yield Finding(
                ("branches", branch.name, "update", "ema", "momentum"),
                f"a momentum of {branch.ema.momentum:g} is a half-life of {half_life(branch.ema.momentum):.1f} steps",
                labels=((("objective", "marginal"), "no true marginal term steadies the target"),),
                help="use 0.99 or more",
                fix=Fix(
                    "set `momentum: 0.99`",
                    Applicability.UNSAFE,
                    (set_value(("branches", branch.name, "update", "ema", "momentum"), 0.99),),
                ),
            )
