"""# What it finds

The objective depends on the batch, and each device uses its own share of it.

# Why it is bad

Negatives and statistics are then those of batch_size / devices images, while the recipe says otherwise. For whitening of a share that is
not larger than the embedding it is an error: the covariance is singular.

# Example

```yaml
extends: simclr
recipes:
  default:
    hardware: {devices: 8, gather: none} # BS005
```

# Instead

```yaml
extends: simclr
recipes:
  default:
    hardware: {devices: 8, gather: all}
```

# Source

Chen et al. 2020 (SimCLR), section 2.2; public implementations that forgot it were found from their curves only
"""

from collections.abc import Iterator
from math import log

from ssmi_dsl.diagnostics import Severity
from ssmi_dsl.fixes import Applicability, Fix, set_value
from ssmi_dsl.rules.base import Finding, Rule
from ssmi_dsl.rules.context import RuleContext
from ssmi_dsl.rules.questions import couples_the_batch, num_candidates
from ssmi_dsl.terms.marginals.center_sharpen import CenterSharpen
from ssmi_dsl.terms.marginals.queue import Queue
from ssmi_dsl.terms.marginals.whitening import Whitening

RULE = Rule(
    "BS005",
    "ungathered-statistics",
    Severity.WARNING,
    "The objective depends on the batch, and each device uses its own share of it",
)


def check(context: RuleContext) -> Iterator[Finding]:
    method = context.method
    hardware, marginal = method.recipe.hardware, method.objective.marginal
    if hardware.devices == 1 or hardware.gather == "all" or isinstance(marginal, CenterSharpen):
        return
    if not couples_the_batch(method) and not isinstance(marginal, Queue):
        return
    share, batch = method.recipe.batch_size // hardware.devices, method.recipe.batch_size
    dim = method.anchor.embedding_width
    is_singular = isinstance(marginal, Whitening) and marginal.eps == 0 and dim is not None and share <= dim
    candidates = num_candidates(method)
    cap = "" if candidates is None else f", which caps InfoNCE at log {candidates} = {log(candidates):.2f} nats"
    yield Finding(
        context.recipe_loc("hardware", "gather"),
        f"recipe `{method.recipe.name}`: each device sees {share} of {batch} images"
        + (cap if type(method.objective.bound).name == "infonce" else ""),
        labels=((("objective", "marginal"), "this term is that of a batch"),),
        help="set `gather: all`",
        fix=Fix("set `gather: all`", Applicability.SAFE, (set_value(context.recipe_loc("hardware", "gather"), "all"),)),
        severity=Severity.ERROR if is_singular else None,
    )
