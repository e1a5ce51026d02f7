"""# What it finds

A linear predictor is trained without weight decay.

# Why it is bad

Decay balances predictor and encoder: with it the linear model keeps all its dimensions, without it two of eight are lost.

# Example

```yaml
extends: byol
branches: {online: {predictor: {linear: 256}}} # PR005
recipes:
  default: {optimizer: {lars: {weight_decay: 0}}} # PR004
```

# Instead

```yaml
extends: byol
recipes:
  default: {optimizer: {lars: {weight_decay: 1.0e-5}}}
```

# Source

Tian et al. 2021 (2102.06810), section 3; truth table of the linear model in docs/theory.md
"""

from collections.abc import Iterator

from ssmi_dsl.diagnostics import Severity
from ssmi_dsl.fixes import Applicability, Fix, set_value
from ssmi_dsl.rules.base import Finding, Rule
from ssmi_dsl.rules.context import RuleContext
from ssmi_dsl.rules.questions import is_linear

RULE = Rule(
    "PR004", "undecayed-linear-predictor", Severity.WARNING, "A linear predictor is trained without weight decay"
)


def check(context: RuleContext) -> Iterator[Finding]:
    method = context.method
    update, optimizer = method.spec.optimize.predictor, method.recipe.optimizer
    if method.has_true_marginal or not is_linear(method.anchor.predictor) or update.frozen or update.direct is not None:
        return
    if method.paradigm == "sdmi" and optimizer.weight_decay == 0:
        loc = context.recipe_loc("optimizer", type(optimizer).name, "weight_decay")
        yield Finding(
            loc,
            f"the linear predictor has no weight decay in recipe `{method.recipe.name}`",
            labels=((("branches", method.anchor.name, "predictor"), "one linear layer"),),
            help="use 1e-4 to 1e-6",
            fix=Fix("set `weight_decay: 1e-5`", Applicability.UNSAFE, (set_value(loc, 1e-5),)),
        )
