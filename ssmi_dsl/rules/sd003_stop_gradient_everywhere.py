"""# What it finds

Every branch of the objective is held constant in the same step.

# Why it is bad

No gradient reaches any parameter.

# Example

```yaml
extends: byol
branches:
  online: {stop_gradient: true} # SD003
```

# Instead

```yaml
extends: byol
branches:
  online: {stop_gradient: false}
```

# Source

follows from the definition of the step
"""

from collections.abc import Iterator

from ssmi_dsl.diagnostics import Severity
from ssmi_dsl.rules.base import Finding, Rule
from ssmi_dsl.rules.context import RuleContext

RULE = Rule(
    "SD003",
    "stop-gradient-everywhere",
    Severity.ERROR,
    "Every branch of the objective is held constant in the same step",
)


def check(context: RuleContext) -> Iterator[Finding]:
    method = context.method
    for phase in method.phases:
        if {method.anchor.name, method.target.name} <= phase.stopped:
            yield Finding(
                ("branches", method.anchor.name, "stop_gradient"),
                f"both branches are constant in the {phase.name}, so nothing is learnt",
                labels=((("branches", method.target.name, "stop_gradient"), "and so is this one"),),
                help="remove `stop_gradient` from the branch that should move",
            )
            return
