"""# What it finds

The gradient flows into the branch whose outputs are turned into assignments.

# Why it is bad

The assignments are the E-step: the best ones for the present parameters, and a constant for the step that follows. With a gradient both
sides move towards assignments that are easy to predict.

# Example

```yaml
extends: swav
branches:
  codes: {stop_gradient: false} # MT008
```

# Instead

```yaml
extends: swav
branches:
  codes: {stop_gradient: true}
```

# Source

Caron et al. 2020 (SwAV), section 3.1; Caron et al. 2021 (DINO), algorithm 1
"""

from collections.abc import Iterator

from ssmi_dsl.diagnostics import Severity
from ssmi_dsl.fixes import Applicability, Fix, set_value
from ssmi_dsl.rules.base import Finding, Rule
from ssmi_dsl.rules.context import RuleContext
from ssmi_dsl.rules.questions import assigns

RULE = Rule(
    "MT008",
    "gradient-through-assignments",
    Severity.ERROR,
    "The gradient flows into the branch whose outputs are turned into assignments",
)


def check(context: RuleContext) -> Iterator[Finding]:
    method = context.method
    marginal = method.objective.marginal
    if not assigns(marginal) or any(phase.stopped for phase in method.phases):
        return
    if method.paradigm == "sdmi" or method.spec.paradigm is None:
        name = method.target.name
        yield Finding(
            ("branches", method.target.name, "stop_gradient"),
            f"the gradient flows into branch `{method.target.name}`, whose outputs become assignments",
            labels=((("objective", "marginal"), "assignments are constants of the loss"),),
            help="set `stop_gradient: true`",
            fix=Fix(
                f"set `stop_gradient: true` on `{name}`",
                Applicability.SAFE,
                (set_value(("branches", name, "stop_gradient"), True),),
            )
            if name != method.anchor.name
            else None,
        )
