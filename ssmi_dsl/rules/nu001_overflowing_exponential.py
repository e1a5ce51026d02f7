"""# What it finds

A bound that averages exp T overflows at this temperature and precision.

# Why it is bad

The largest score of a cosine critic is 1/τ; exp exceeds float16 above 11.09 and float32 or bfloat16 above 88.72. Bounds that use a
log-sum-exp are not concerned.

# Example

```yaml
extends: jmi
objective: {bound: nwj, critic: {cosine: {temperature: 0.01}}} # NU001
```

# Instead

```yaml
extends: jmi
objective: {bound: nwj, critic: {cosine: {temperature: 0.1}}}
```

# Source

largest finite numbers of IEEE 754 binary16 and binary32
"""

from collections.abc import Iterator

from ssmi_dsl.diagnostics import Loc, Severity
from ssmi_dsl.fixes import Applicability, Fix, set_value
from ssmi_dsl.rules.base import Finding, Rule
from ssmi_dsl.rules.context import RuleContext
from ssmi_dsl.terms.critics.cosine import Cosine

RULE = Rule(
    "NU001",
    "overflowing-exponential",
    Severity.ERROR,
    "A bound that averages exp T overflows at this temperature and precision",
)


def check(context: RuleContext) -> Iterator[Finding]:
    method = context.method
    objective = method.objective
    if not objective.bound.facts.raw_exponential or not isinstance(objective.critic, Cosine):
        return
    limit = 11.09 if method.recipe.precision == "float16" else 88.72
    if 1 / objective.critic.temperature > limit:
        place: Loc = ("recipes", method.recipe.name, "precision")
        yield Finding(
            ("objective", "critic", "cosine", "temperature"),
            f"exp(1/{objective.critic.temperature:g}) overflows in {method.recipe.precision}",
            labels=((("objective", "bound"), "this bound averages exp T"),),
            fix=Fix("set `precision: bfloat16`", Applicability.SAFE, (set_value(place, "bfloat16"),))
            if method.recipe.precision == "float16" and 1 / objective.critic.temperature <= 88.72
            else None,
            help=f"raise the temperature above {1 / limit:.4f}, or use a bound with a log-sum-exp",
        )
