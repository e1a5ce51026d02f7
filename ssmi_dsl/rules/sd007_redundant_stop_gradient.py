"""# What it finds

A stop-gradient on tied branches under a symmetric loss only halves the gradient.

# Why it is bad

With shared weights, both directions and an exchange-symmetric loss, the gradient is exactly half of the joint one: the spec is jmi at half the
learning rate.

# Example

```yaml
extends: jmi
paradigm: sdmi
branches:
  b: {of: shared, stop_gradient: true} # SD007
```

# Instead

```yaml
extends: jmi
paradigm: jmi
```

# Source

the lemma on tied weights in docs/theory.md, tested in tests/references
"""

from collections.abc import Iterator

from ssmi_dsl.diagnostics import Severity
from ssmi_dsl.fixes.one_branch import as_one_branch
from ssmi_dsl.rules.base import Finding, Rule
from ssmi_dsl.rules.context import RuleContext
from ssmi_dsl.rules.questions import assigns

RULE = Rule(
    "SD007",
    "redundant-stop-gradient",
    Severity.INFO,
    "A stop-gradient on tied branches under a symmetric loss only halves the gradient",
)


def check(context: RuleContext) -> Iterator[Finding]:
    method = context.method
    objective = method.objective
    alike = objective.marginal.facts.exchange_symmetric and objective.critic.facts.exchange_symmetric
    symmetric = alike and (objective.marginal.kind == "surrogate" or objective.bound.facts.exchange_symmetric)
    tied = method.is_tied and method.anchor.name != method.target.name and method.is_stopped(method.target.name)
    if (
        tied
        and symmetric
        and method.has_true_marginal
        and not assigns(objective.marginal)
        and method.anchor.predictor is None
        and method.spec.optimize.swap
    ):
        yield Finding(
            ("branches", method.target.name, "stop_gradient"),
            "this stop-gradient only halves the gradient: the loss is symmetric and the branches are tied",
            help="set `paradigm: jmi` with one branch, and half the learning rate for the same training",
            fix=as_one_branch(method),
        )
