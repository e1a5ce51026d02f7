"""# What it finds

Contrastive keys of a momentum encoder are batch-normalised per device, together with their queries.

# Why it is bad

A key shares its batch statistics with its own query and with none of the negatives: the encoder finds the positive by them instead of by
what is in the image.

# Example

```yaml
extends: moco-v2
recipes:
  default:
    hardware: {devices: 8} # BS007
```

# Instead

```yaml
extends: moco-v2
recipes:
  default:
    hardware: {devices: 8, batch_norm: shuffled}
```

# Source

He et al. 2020 (MoCo), section 3.3, shuffling batch norm
"""

from collections.abc import Iterator

from ssmi_dsl.diagnostics import Severity
from ssmi_dsl.fixes import Applicability, Fix, set_value
from ssmi_dsl.rules.base import Finding, Rule
from ssmi_dsl.rules.context import RuleContext
from ssmi_dsl.rules.questions import has_batch_norm

RULE = Rule(
    "BS007",
    "leaking-batch-norm",
    Severity.WARNING,
    "Contrastive keys of a momentum encoder are batch-normalised per device, together with their queries",
)


def check(context: RuleContext) -> Iterator[Finding]:
    method = context.method
    hardware = method.recipe.hardware
    contrastive = method.objective.marginal.kind == "estimated" and method.target.ema is not None
    if hardware.devices > 1 and hardware.batch_norm == "local" and contrastive and has_batch_norm(method.target):
        loc = (*context.recipe_loc("hardware"), "batch_norm")
        yield Finding(
            loc,
            f"each of {hardware.devices} devices normalises a key by the statistics of its own query's share",
            labels=((("branches", method.target.name, "update"), "keys of a momentum encoder"),),
            help="set `batch_norm: shuffled`; with in-batch negatives `synchronized` serves as well",
            fix=Fix("set `batch_norm: shuffled`", Applicability.SAFE, (set_value(loc, "shuffled"),)),
        )
