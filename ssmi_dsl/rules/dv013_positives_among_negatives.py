"""# What it finds

Negatives are drawn so that a sample can meet itself.

# Why it is bad

A permutation has one fixed point on average, drawing with replacement hits the sample itself as often: one pair in N of the marginal term
is a positive. The bound can then not exceed log N, however large the information is.

# Example

```yaml
extends: jmi
objective: {marginal: {permutation: {draw: permutation}}} # DV013
```

# Instead

```yaml
extends: jmi
objective: {marginal: {permutation: {draw: derangement}}}
```

# Source

Letizia et al. 2024 (f-DIME, 2305.20025), derangements
"""

from collections.abc import Iterator
from math import log

from ssmi_dsl.diagnostics import Severity
from ssmi_dsl.fixes import Applicability, Fix, set_value
from ssmi_dsl.rules.base import Finding, Rule
from ssmi_dsl.rules.context import RuleContext
from ssmi_dsl.terms.marginals.permutation import Permutation

RULE = Rule(
    "DV013", "positives-among-negatives", Severity.WARNING, "Negatives are drawn so that a sample can meet itself"
)


def check(context: RuleContext) -> Iterator[Finding]:
    method = context.method
    marginal = method.objective.marginal
    if isinstance(marginal, Permutation) and marginal.draw != "derangement":
        batch = method.recipe.batch_of_objective
        yield Finding(
            ("objective", "marginal", "permutation", "draw"),
            f"one of {batch} negatives is a positive on average, which caps the bound at log {batch} = {log(batch):.2f} nats",
            label=f"recipe `{method.recipe.name}`",
            labels=((context.recipe_loc("batch_size"), f"N = {batch}"),),
            help="set `draw: derangement`",
            fix=Fix(
                "set `draw: derangement`",
                Applicability.SAFE,
                (set_value(("objective", "marginal", "permutation", "draw"), "derangement"),),
            ),
        )
