"""# What it finds

The momentum of an EMA target was chosen for a batch of less than half or more than twice the size.

The batch it was chosen for is the one that its own recipe, or the default recipe of the file that writes the momentum, uses.

# Why it is bad

A target forgets per step, and a step of a batch κ times as large sees κ times as many images: the same memory in images needs the momentum
m^κ.

# Example

```yaml
extends: byol
recipes:
  default: {batch_size: 1024} # EM004
```

# Instead

```yaml
extends: byol
branches:
  target: {update: {ema: {momentum: 0.9606, final: 1.0, schedule: cosine}}} # 0.99 ** 4
recipes:
  default: {batch_size: 1024}
```

# Source

Busbridge et al. 2023 (2307.13813), the EMA scaling rule
"""

from collections.abc import Iterator
from typing import Any

from ssmi_dsl.caps import half_life
from ssmi_dsl.diagnostics import Loc, Severity
from ssmi_dsl.fixes import Applicability, Fix, set_value
from ssmi_dsl.rules.base import Finding, Rule
from ssmi_dsl.rules.context import RuleContext
from ssmi_dsl.spec.recipe import DEFAULT_RECIPE

RULE = Rule(
    "EM004",
    "momentum-of-another-batch",
    Severity.WARNING,
    "The momentum of an EMA target was chosen for a batch of less than half or more than twice the size",
)


def check(context: RuleContext) -> Iterator[Finding]:
    method = context.method
    for branch in method.branches:
        if branch.ema is None or not 0 < branch.ema.momentum < 1:
            continue
        loc = ("branches", branch.name, "update", "ema", "momentum")
        chosen_for = _batch_of(context, loc)
        if chosen_for is None:
            continue
        batch = method.recipe.batch_size
        if chosen_for / 2 <= batch <= 2 * chosen_for:
            continue
        momentum = branch.ema.momentum
        scaled = momentum ** (batch / chosen_for)
        yield Finding(
            context.recipe_loc("batch_size"),
            f"momentum {momentum:g} was chosen for batch {chosen_for}; at {batch} the same memory in images is {scaled:.4g}",
            label=f"recipe `{method.recipe.name}`",
            labels=((loc, f"a half-life of {half_life(momentum):.0f} steps"),),
            help=f"set `momentum: {scaled:.4g}` in this recipe",
            fix=Fix(
                f"set `momentum: {scaled:.4g}`",
                Applicability.SAFE,
                (set_value(_place(context, loc), float(f"{scaled:.4g}")),),
            ),
        )


def _place(context: RuleContext, loc: Loc) -> Loc:
    """The momentum of this recipe alone, or that of the method where the recipe is the default."""
    name = context.method.recipe.name
    return loc if name == DEFAULT_RECIPE else ("recipes", name, "method", *loc)


def _batch_of(context: RuleContext, loc: Loc) -> int | None:
    """The batch size that stood beside the momentum where it was written: in its recipe, or in the default recipe of its file."""
    origin = context.source.origins.get(loc)
    if origin is None:
        return None
    document, written = origin
    data: Any = context.source.data if document is context.source.document else document.data
    recipes: Any = data.get("recipes", {})
    own = str(written[1]) if written[:1] == ("recipes",) else DEFAULT_RECIPE
    for name in (own, DEFAULT_RECIPE):
        batch: Any = recipes[name].get("batch_size") if name in recipes else None
        if isinstance(batch, int):
            return batch
    return 256
