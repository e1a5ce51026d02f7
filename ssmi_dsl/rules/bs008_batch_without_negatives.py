"""# What it finds

The objective needs other samples of the batch, and there are none.

# Why it is bad

A batch of one has no negative, no variance and no covariance: the marginal term is undefined. An incomplete last batch is always dropped,
so no run meets one by accident.

# Example

```yaml
extends: jmi
recipes:
  default: {batch_size: 1} # BS008
```

# Instead

```yaml
extends: jmi
recipes:
  default: {batch_size: 256}
```

# Source

definition of the marginal term
"""

from collections.abc import Iterator

from ssmi_dsl.diagnostics import Severity
from ssmi_dsl.rules.base import Finding, Rule
from ssmi_dsl.rules.context import RuleContext
from ssmi_dsl.rules.questions import couples_the_batch

RULE = Rule(
    "BS008",
    "batch-without-negatives",
    Severity.ERROR,
    "The objective needs other samples of the batch, and there are none",
)


def check(context: RuleContext) -> Iterator[Finding]:
    method = context.method
    if couples_the_batch(method) and method.recipe.batch_of_objective < 2:
        yield Finding(
            context.recipe_loc("batch_size"),
            f"recipe `{method.recipe.name}` gives the objective one image at a time, so no pair of samples exists",
            labels=((("objective", "marginal"), "this term needs at least 2"),),
            help="use a larger batch",
        )
