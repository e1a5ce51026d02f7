"""# What it finds

A centred and sharpened target moves with a momentum below 0.999 although the batch has at most 256 images.

# Why it is bad

The batch is the teacher's only sample of its centre. The official code recommends 0.9995 at batch 256; its 0.996 is meant for larger ones.
Runs so short that 0.9995 would never catch up are not concerned.

# Example

```yaml
extends: dino
branches:
  teacher: {update: {ema: {momentum: 0.996}}} # EM008
recipes: {digits: null, imagenet: null}
```

# Instead

```yaml
extends: dino
branches:
  teacher: {update: {ema: {momentum: 0.9995}}}
recipes: {digits: null, imagenet: null}
```

# Source

Caron et al. 2021 (DINO), official code: help text of --momentum_teacher
"""

from collections.abc import Iterator

from ssmi_dsl.caps import half_life
from ssmi_dsl.diagnostics import Severity
from ssmi_dsl.fixes import Applicability, Fix, set_value
from ssmi_dsl.rules.base import Finding, Rule
from ssmi_dsl.rules.context import RuleContext
from ssmi_dsl.terms.marginals.center_sharpen import CenterSharpen

RULE = Rule(
    "EM008",
    "fast-teacher",
    Severity.INFO,
    "A centred and sharpened target moves with a momentum below 0.999 although the batch has at most 256 images",
)


RECOMMENDED = 0.9995


def check(context: RuleContext) -> Iterator[Finding]:
    method = context.method
    ema, recipe = method.target.ema, method.recipe
    if ema is None or not isinstance(method.objective.marginal, CenterSharpen):
        return
    is_long = recipe.num_steps is None or half_life(RECOMMENDED) <= recipe.num_steps / 10
    if recipe.batch_size <= 256 and 0.5 <= ema.momentum < 0.999 and is_long:
        loc = ("branches", method.target.name, "update", "ema", "momentum")
        yield Finding(
            loc,
            f"momentum {ema.momentum:g} is a half-life of {half_life(ema.momentum):.0f} steps, at batch {recipe.batch_size}",
            help=f"{RECOMMENDED}, a half-life of {half_life(RECOMMENDED):.0f} steps, is recommended up to batch 256",
            fix=Fix(f"set `momentum: {RECOMMENDED}`", Applicability.UNSAFE, (set_value(loc, RECOMMENDED),)),
        )
