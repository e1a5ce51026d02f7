"""# What it finds

The half-life of the target is more than a tenth of the run.

# Why it is bad

The target is then mostly its own random start until the end.

# Example

```yaml
extends: byol
recipes:
  digits: # 1,650 steps
    method: {branches: {target: {update: {ema: {momentum: 0.9999}}}}} # EM003
```

# Instead

```yaml
extends: byol
recipes:
  digits:
    method: {branches: {target: {update: {ema: {momentum: 0.99}}}}}
```

# Source

half-life ln 2 / -ln m; docs/theory.md
"""

from collections.abc import Iterator

from ssmi_dsl.caps import half_life
from ssmi_dsl.diagnostics import Severity
from ssmi_dsl.rules.base import Finding, Rule
from ssmi_dsl.rules.context import RuleContext

RULE = Rule(
    "EM003", "momentum-too-high", Severity.WARNING, "The half-life of the target is more than a tenth of the run"
)


def check(context: RuleContext) -> Iterator[Finding]:
    method = context.method
    steps = method.recipe.num_steps
    for branch in method.branches:
        if branch.ema is None or steps is None or not 0 < branch.ema.momentum < 1:
            continue
        half = half_life(branch.ema.momentum)
        if half > steps / 10:
            yield Finding(
                ("branches", branch.name, "update", "ema", "momentum"),
                f"the half-life of the target is {half:.0f} steps, and recipe `{method.recipe.name}` has {steps}",
                help="lower the momentum for this recipe",
            )
