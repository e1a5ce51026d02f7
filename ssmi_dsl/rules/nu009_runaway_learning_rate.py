"""# What it finds

The learning rate is larger than any with which a network has been trained.

# Why it is bad

AdamW moves every weight by about the learning rate in each step, whatever the gradient: at 1 that is many times the weight itself. Under SGD and
LARS, rates above 100 overflow within a few steps.

# Example

```yaml
extends: simclr
recipes:
  default: {optimizer: {lars: {lr: 400}}} # NU009
```

# Instead

```yaml
extends: simclr
recipes:
  default: {optimizer: {lars: {lr: 0.4}}}
```

# Source

definition of the updates; the largest published rate that we know is 30, of MoCo's linear probe (He et al. 2020, section 4.1)
"""

from collections.abc import Iterator

from ssmi_dsl.components.optimizers import AdamW
from ssmi_dsl.diagnostics import Severity
from ssmi_dsl.rules.base import Finding, Rule
from ssmi_dsl.rules.context import RuleContext

RULE = Rule(
    "NU009",
    "runaway-learning-rate",
    Severity.ERROR,
    "The learning rate is larger than any with which a network has been trained",
)
MOST_ADAMW, MOST = 1.0, 100.0


def check(context: RuleContext) -> Iterator[Finding]:
    optimizer = context.method.recipe.optimizer
    most = MOST_ADAMW if isinstance(optimizer, AdamW) else MOST
    if optimizer.lr > most:
        yield Finding(
            context.recipe_loc("optimizer"),
            f"a learning rate of {optimizer.lr:g} under `{type(optimizer).name}` diverges; at most {most:g} can be meant",
            help="a missing minus in an exponent is the usual reason",
        )
