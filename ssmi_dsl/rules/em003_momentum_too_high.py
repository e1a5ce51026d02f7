"""# What it finds

The half-life of the target is more than a tenth of the run.

# Why it is bad

The target is then mostly its own random start until the end.

# Example

```yaml
extends: byol
recipes:
  digits: # 1,650 steps
    method: {branches: {target: {update: {ema: {momentum: 0.9999}}}}} # EM003
```

# Instead

```yaml
extends: byol
recipes:
  digits:
    method: {branches: {target: {update: {ema: {momentum: 0.99}}}}}
```

# Source

half-life ln 2 / -ln m; docs/theory.md
"""

from collections.abc import Iterator

from ssmi_dsl.caps import half_life
from ssmi_dsl.diagnostics import Loc, Severity
from ssmi_dsl.fixes import Applicability, Fix, set_value
from ssmi_dsl.rules.base import Finding, Rule
from ssmi_dsl.rules.context import RuleContext
from ssmi_dsl.spec.method import Method
from ssmi_dsl.spec.recipe import DEFAULT_RECIPE

RULE = Rule(
    "EM003", "momentum-too-high", Severity.WARNING, "The half-life of the target is more than a tenth of the run"
)


def check(context: RuleContext) -> Iterator[Finding]:
    method = context.method
    steps = method.recipe.num_steps
    for branch in method.branches:
        if branch.ema is None or steps is None or not 0 < branch.ema.momentum < 1:
            continue
        half = half_life(branch.ema.momentum)
        if half > steps / 10:
            yield Finding(
                ("branches", branch.name, "update", "ema", "momentum"),
                f"the half-life of the target is {half:.0f} steps, and recipe `{method.recipe.name}` has {steps}",
                labels=((context.recipe_loc("epochs"), f"{steps} steps in all"),),
                help="lower the momentum for this recipe",
                fix=_lower(method, branch.name, steps),
            )


def _lower(method: Method, name: str, steps: int) -> Fix | None:
    """The slowest of the usual momenta that catches up ten times in the run, in this recipe only."""
    slowest = next((m for m in (0.9999, 0.999, 0.996, 0.99, 0.9) if half_life(m) <= steps / 10), None)
    if slowest is None:
        return None
    loc: Loc = ("branches", name, "update", "ema", "momentum")
    place: Loc = loc if method.recipe.name == DEFAULT_RECIPE else ("recipes", method.recipe.name, "method", *loc)
    title = f"set `momentum: {slowest:g}` for recipe `{method.recipe.name}`"
    return Fix(title, Applicability.UNSAFE, (set_value(place, slowest),))
