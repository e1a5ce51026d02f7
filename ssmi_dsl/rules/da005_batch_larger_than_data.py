"""# What it finds

A batch or a queue holds every image of the training set, so each is its own negative.

# Why it is bad

Negatives that show the same image are false: the encoder is told to push an image away from itself.

# Example

```yaml
extends: moco-v2
recipes:
  digits:
    method: {objective: {marginal: {queue: {size: 2048}}}} # DA005
```

# Instead

```yaml
extends: moco-v2
recipes:
  digits:
    method: {objective: {marginal: {queue: {size: 512}}}}
```

# Source

Saunshi et al. 2019 (1902.09229), collision of negatives
"""

from collections.abc import Iterator

from ssmi_dsl.diagnostics import Severity
from ssmi_dsl.rules.base import Finding, Rule
from ssmi_dsl.rules.context import RuleContext
from ssmi_dsl.terms.marginals.queue import Queue

RULE = Rule(
    "DA005",
    "batch-larger-than-data",
    Severity.WARNING,
    "A batch or a queue holds every image of the training set, so each is its own negative",
)


def check(context: RuleContext) -> Iterator[Finding]:
    method = context.method
    recipe, marginal = method.recipe, method.objective.marginal
    if recipe.num_train is None:
        return
    if recipe.batch_size > recipe.num_train:
        yield Finding(
            context.recipe_loc("batch_size"),
            f"a batch of {recipe.batch_size} is larger than the {recipe.num_train} images of the training set",
            help="use a smaller batch",
        )
    elif isinstance(marginal, Queue) and marginal.size >= recipe.num_train:
        yield Finding(
            ("objective", "marginal", "queue", "size"),
            f"a queue of {marginal.size} holds every one of the {recipe.num_train} images of recipe `{recipe.name}`",
            help=f"use at most {recipe.num_train // 2 // recipe.batch_size * recipe.batch_size}",
        )
