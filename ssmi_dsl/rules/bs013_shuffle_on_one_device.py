"""# What it finds

Batch norm is shuffled among devices, and there is one.

# Why it is bad

Shuffling exchanges samples between devices. On a single one it changes nothing, and the positive still shares its statistics with its
query.

# Example

```yaml
extends: moco-v2
recipes:
  default:
    hardware: {batch_norm: shuffled} # BS013
```

# Instead

```yaml
extends: moco-v2
recipes:
  default:
    hardware: {devices: 8, batch_norm: shuffled}
```

# Source

He et al. 2020 (MoCo), section 3.3; users of several public implementations met it on one GPU
"""

from collections.abc import Iterator

from ssmi_dsl.diagnostics import Severity
from ssmi_dsl.rules.base import Finding, Rule
from ssmi_dsl.rules.context import RuleContext

RULE = Rule(
    "BS013", "shuffle-on-one-device", Severity.WARNING, "Batch norm is shuffled among devices, and there is one"
)


def check(context: RuleContext) -> Iterator[Finding]:
    hardware = context.method.recipe.hardware
    if hardware.batch_norm == "shuffled" and hardware.devices == 1:
        yield Finding(
            context.recipe_loc("hardware", "batch_norm"),
            "batch norm is shuffled among devices, and there is only one, so nothing is shuffled",
            help="use several devices, a network without batch norm, or `batch_norm: local`",
        )
