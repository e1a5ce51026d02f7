"""# What it finds

An sdmi spec without a true marginal term lets the gradient into its target.

# Why it is bad

Both sides then move together towards the constant solution: nothing in the loss prevents collapse. A stop-gradient on a branch that no
objective reads stops nothing.

# Example

```yaml
extends: byol
branches:
  target: {stop_gradient: false} # SD001
```

# Instead

```yaml
extends: byol
branches:
  target: {stop_gradient: true}
```

# Source

Chen & He 2021 (SimSiam), section 4.1; Tian et al. 2021; truth table of the linear model in docs/theory.md
"""

from collections.abc import Iterator

from ssmi_dsl.diagnostics import Severity
from ssmi_dsl.fixes import Applicability, Fix, set_value
from ssmi_dsl.rules.base import Finding, Rule
from ssmi_dsl.rules.context import RuleContext
from ssmi_dsl.rules.questions import holds_an_end_constant

RULE = Rule(
    "SD001",
    "missing-stop-gradient",
    Severity.ERROR,
    "An sdmi spec without a true marginal term lets the gradient into its target",
)


def check(context: RuleContext) -> Iterator[Finding]:
    method = context.method
    if method.paradigm != "sdmi" or method.has_true_marginal or holds_an_end_constant(method):
        return
    name = method.target.name
    yield Finding(
        ("branches", name, "stop_gradient"),
        f"the gradient flows into branch `{name}`, and no marginal term prevents collapse",
        label="this branch must be a constant of the loss",
        labels=((("objective", "marginal"), "this term has no value that would prevent collapse"),),
        notes=("without it the loss has a constant solution (Chen & He 2021, section 4.1)",),
        help="set `stop_gradient: true`",
        fix=Fix(
            f"set `stop_gradient: true` on `{name}`",
            Applicability.SAFE,
            (set_value(("branches", name, "stop_gradient"), True),),
        )
        if name != method.anchor.name
        else None,
    )
