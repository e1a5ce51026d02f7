"""# What it finds

An exponential bound, or one that scales the scores itself, is trained with an unbounded critic.

# Why it is bad

The variance of the estimate grows with e^I and its gradient is unbounded. `adaptive-infonce` computes its temperature from scores, and `sigmoid`
starts from a scale and a bias that are meant for cosines: with scores outside of [-1, 1] the temperature changes its sign, and every decision is
saturated. These two are errors.

# Example

```yaml
extends: jmi
objective: {critic: dot} # DV001
```

# Instead

```yaml
extends: jmi
objective: {critic: {cosine: {temperature: 0.2}}}
```

# Source

Song & Ermon 2020 (1910.06222); Poole et al. 2019
"""

from collections.abc import Iterator

from ssmi_dsl.diagnostics import Severity
from ssmi_dsl.fixes import Applicability, Fix, set_value
from ssmi_dsl.rules.base import Finding, Rule
from ssmi_dsl.rules.context import RuleContext
from ssmi_dsl.rules.questions import is_bounded

RULE = Rule(
    "DV001",
    "unbounded-critic",
    Severity.WARNING,
    "An exponential or self-scaling bound is trained with an unbounded critic",
)


def check(context: RuleContext) -> Iterator[Finding]:
    method = context.method
    objective = method.objective
    if objective.marginal.kind == "estimated" and not is_bounded(objective.critic):
        if type(objective.bound).name in ("donsker-varadhan", "nwj", "mine"):
            yield Finding(
                ("objective", "critic"),
                f"the critic `{type(objective.critic).name}` is unbounded under `{type(objective.bound).name}`",
                labels=((("objective", "bound"), "averages the exponential of its scores"),),
                help="use `cosine`, or a bound with bounded gradients",
                fix=Fix("set `critic: cosine`", Applicability.UNSAFE, (set_value(("objective", "critic"), "cosine"),)),
            )
        elif type(objective.bound).name in ("adaptive-infonce", "sigmoid"):
            yield Finding(
                ("objective", "critic"),
                f"the critic `{type(objective.critic).name}` is unbounded, and `{type(objective.bound).name}` scales scores of [-1, 1]",
                labels=((("objective", "bound"), "scales the scores itself"),),
                help="use `cosine: {temperature: 1.0}`",
                severity=Severity.ERROR,
            )
