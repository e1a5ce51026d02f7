"""# What it finds

The centre of a teacher is updated on each device from its own share of the batch.

# Why it is bad

Every device then subtracts another centre, and the same image has another target on each of them.

# Example

```yaml
extends: moco-v2
objective: {critic: prototypes, marginal: center-sharpen}
recipes:
  default:
    hardware: {devices: 8, gather: none, batch_norm: synchronized} # BS010
  digits: null
  cifar10: null
```

# Instead

```yaml
extends: moco-v2
objective: {critic: prototypes, marginal: center-sharpen}
recipes:
  default:
    hardware: {devices: 8, gather: all, batch_norm: synchronized}
  digits: null
  cifar10: null
```

# Source

Caron et al. 2021 (DINO), official code: the centre is all-reduced
"""

from collections.abc import Iterator

from ssmi_dsl.diagnostics import Severity
from ssmi_dsl.fixes import Applicability, Fix, set_value
from ssmi_dsl.rules.base import Finding, Rule
from ssmi_dsl.rules.context import RuleContext
from ssmi_dsl.terms.marginals.center_sharpen import CenterSharpen

RULE = Rule(
    "BS010",
    "local-centre",
    Severity.WARNING,
    "The centre of a teacher is updated on each device from its own share of the batch",
)


def check(context: RuleContext) -> Iterator[Finding]:
    method = context.method
    hardware = method.recipe.hardware
    if isinstance(method.objective.marginal, CenterSharpen) and hardware.devices > 1 and hardware.gather == "none":
        yield Finding(
            context.recipe_loc("hardware", "gather"),
            f"each of {hardware.devices} devices keeps a centre of its own",
            labels=((("objective", "marginal"), "the centre of this term"),),
            help="set `gather: all`",
            fix=Fix(
                "set `gather: all`", Applicability.SAFE, (set_value(context.recipe_loc("hardware", "gather"), "all"),)
            ),
        )
