"""# What it finds

Fewer samples than prototypes are shared out equally.

# Why it is bad

The equal shares of Sinkhorn-Knopp are then less than one sample for each prototype: no assignment can be both balanced and sharp.

# Example

```yaml
extends: swav
branches: {online: {prototypes: {count: 3000}}} # MT009
objective: {marginal: {sinkhorn: {queue: 0, queue_epochs: 0}}}
recipes: {digits: null}
```

# Instead

```yaml
extends: swav
branches: {online: {prototypes: {count: 3000}}}
objective: {marginal: {sinkhorn: {queue: 3840, queue_epochs: 15}}}
recipes: {digits: null}
```

# Source

Caron et al. 2020 (SwAV), section 4.1: a queue of 3,840 for batches of 256
"""

from collections.abc import Iterator

from ssmi_dsl.diagnostics import Severity
from ssmi_dsl.fixes import Applicability, Fix, set_value
from ssmi_dsl.rules.base import Finding, Rule
from ssmi_dsl.rules.context import RuleContext
from ssmi_dsl.spec.method import TOKEN_OUTPUTS
from ssmi_dsl.terms.marginals.sinkhorn import Sinkhorn

RULE = Rule(
    "MT009", "too-few-samples-for-prototypes", Severity.WARNING, "Fewer samples than prototypes are shared out equally"
)


def check(context: RuleContext) -> Iterator[Finding]:
    method = context.method
    marginal = method.objective.marginal
    target, prototypes = method.target, method.target.prototypes
    # of tokens, a batch holds as many samples as there are places: the rule says nothing of them
    if (
        not isinstance(marginal, Sinkhorn)
        or prototypes is None
        or method.objectives[method.focus].target_output in TOKEN_OUTPUTS
    ):
        return
    batch = method.recipe.batch_of_objective
    if batch + marginal.queue < prototypes.count:
        missing = prototypes.count - batch
        queue = -(-missing // batch) * batch
        yield Finding(
            ("branches", target.prototype_owner, "prototypes", "count"),
            f"{batch} samples and a queue of {marginal.queue} are shared among {prototypes.count} prototypes",
            label=f"recipe `{method.recipe.name}`",
            labels=((context.recipe_loc("batch_size"), f"N = {batch}"),),
            help=f"use a queue of at least {queue}, or fewer prototypes",
            fix=Fix(
                f"set `queue: {queue}`",
                Applicability.UNSAFE,
                (set_value(("objective", "marginal", "sinkhorn", "queue"), queue),),
            ),
        )
