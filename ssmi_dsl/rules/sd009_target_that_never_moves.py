"""# What it finds

A separate target has neither an update nor a step of its own.

# Why it is bad

It keeps its random initial weights, and the anchor learns to predict noise.

# Example

```yaml
extends: simsiam
branches:
  target: {of: null, stop_gradient: true} # SD009
recipes: {digits: null}
```

# Instead

```yaml
extends: simsiam
branches:
  target: {of: online, stop_gradient: true}
recipes: {digits: null}
```

# Source

Grill et al. 2020 (BYOL), section 3.1: a fixed random target
"""

from collections.abc import Iterator

from ssmi_dsl.diagnostics import Severity
from ssmi_dsl.fixes import Applicability, Fix, set_value
from ssmi_dsl.rules.base import Finding, Rule
from ssmi_dsl.rules.context import RuleContext

RULE = Rule(
    "SD009", "target-that-never-moves", Severity.ERROR, "A separate target has neither an update nor a step of its own"
)


def check(context: RuleContext) -> Iterator[Finding]:
    method = context.method
    target = method.target
    moved = {name for phase in method.phases for name in phase.moves}
    if method.paradigm == "sdmi" and target.sharing == "own" and target.name != method.anchor.name:
        if target.name not in moved or method.is_stopped(target.name):
            yield Finding(
                ("branches", target.name),
                f"branch `{target.name}` has parameters of its own that never change",
                of="key",
                fix=Fix(
                    f"let `{target.name}` follow `{method.anchor.name}` by EMA",
                    Applicability.UNSAFE,
                    (
                        set_value(("branches", target.name, "of"), method.anchor.name),
                        set_value(("branches", target.name, "update"), {"ema": {"momentum": 0.99}}),
                    ),
                ),
                help="add `update: {ema: ...}` with `of`, or let both branches take turns with `optimize.blocks`",
            )
