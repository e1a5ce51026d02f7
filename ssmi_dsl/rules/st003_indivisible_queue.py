"""# What it finds

The length of a queue is not a multiple of the batch.

# Why it is bad

A batch replaces the oldest N entries in one write. Where the length is no multiple, the write would wrap around and split a batch, and
entries would differ in age.

# Example

```yaml
extends: moco-v2
objective: {marginal: {queue: {size: 65000}}} # ST003
```

# Instead

```yaml
extends: moco-v2
objective: {marginal: {queue: {size: 65536}}}
```

# Source

He et al. 2020 (MoCo), official code: an assertion at run time
"""

from collections.abc import Iterator

from ssmi_dsl.diagnostics import Severity
from ssmi_dsl.fixes import Applicability, Fix, set_value
from ssmi_dsl.rules.base import Finding, Rule
from ssmi_dsl.rules.context import RuleContext
from ssmi_dsl.terms.marginals.queue import Queue
from ssmi_dsl.terms.marginals.relations import Relations
from ssmi_dsl.terms.marginals.sinkhorn import Sinkhorn

RULE = Rule("ST003", "indivisible-queue", Severity.ERROR, "The length of a queue is not a multiple of the batch")


def check(context: RuleContext) -> Iterator[Finding]:
    method = context.method
    marginal, batch = method.objective.marginal, method.recipe.batch_size
    if isinstance(marginal, Queue):
        loc, size = ("objective", "marginal", "queue", "size"), marginal.size
    elif isinstance(marginal, Relations):
        loc, size = ("objective", "marginal", "relations", "size"), marginal.size
    elif isinstance(marginal, Sinkhorn):
        loc, size = ("objective", "marginal", "sinkhorn", "queue"), marginal.queue
    else:
        return
    if size % batch:
        nearest = max(1, round(size / batch)) * batch
        yield Finding(
            loc,
            f"a queue of {size} is no multiple of the batch of {batch} in recipe `{method.recipe.name}`",
            labels=((context.recipe_loc("batch_size"), f"{size} = {size // batch} · {batch} + {size % batch}"),),
            help=f"use {nearest}",
            fix=Fix(f"set the length to {nearest}", Applicability.UNSAFE, (set_value(loc, nearest),)),
        )
