"""# What it finds

Gradients are accumulated over micro-batches under a loss that depends on the batch.

# Why it is bad

Negatives and statistics are those of a micro-batch: the mean of k such losses is another objective, not that of the large batch.
Accumulation saves memory for losses that are means over samples only.

# Example

```yaml
extends: simclr
recipes:
  default:
    hardware: {gradient_accumulation: 8} # BS006
```

# Instead

```yaml
extends: simclr
recipes:
  default:
    hardware: {gradient_accumulation: 8, cached_gradients: true}
```

# Source

Gao et al. 2021 (GradCache, 2101.06983)
"""

from collections.abc import Iterator
from math import log

from ssmi_dsl.diagnostics import Severity
from ssmi_dsl.fixes import Applicability, Fix, set_value
from ssmi_dsl.rules.base import Finding, Rule
from ssmi_dsl.rules.context import RuleContext
from ssmi_dsl.rules.questions import couples_the_batch, num_candidates

RULE = Rule(
    "BS006",
    "accumulated-batch-loss",
    Severity.ERROR,
    "Gradients are accumulated over micro-batches under a loss that depends on the batch",
)


def check(context: RuleContext) -> Iterator[Finding]:
    method = context.method
    hardware, recipe = method.recipe.hardware, method.recipe
    parts = hardware.gradient_accumulation
    if parts == 1 or hardware.cached_gradients or not couples_the_batch(method):
        return
    candidates = num_candidates(method)
    cap = "" if candidates is None else f": {candidates} candidates, at most {log(candidates):.2f} nats"
    yield Finding(
        context.recipe_loc("hardware", "gradient_accumulation"),
        f"recipe `{recipe.name}`: a micro-batch has {recipe.batch_size // parts} of {recipe.batch_size} images"
        + (
            cap if type(method.objective.bound).name == "infonce" else ", and the statistics are those of a micro-batch"
        ),
        labels=((("objective", "marginal"), "this term is that of a batch"),),
        help="set `cached_gradients: true`, or lower the batch and say so",
        fix=Fix(
            "set `cached_gradients: true`",
            Applicability.UNSAFE,
            (set_value(context.recipe_loc("hardware", "cached_gradients"), True),),
        ),
    )
