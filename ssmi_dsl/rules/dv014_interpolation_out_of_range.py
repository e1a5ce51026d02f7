"""# What it finds

The α of an interpolated bound is too large for the information asked for.

# Why it is bad

I_α exists for 0 < α <= 1 and cannot exceed log(N/α). α = 1 is InfoNCE; smaller values raise the cap and the variance.

# Example

```yaml
extends: jmi
objective:
  bound: {interpolated: {alpha: 0.9}}
  critic: dot
  target_nats: 7.0 # DV014
recipes: {digits: null}
```

# Instead

```yaml
extends: jmi
objective:
  bound: {interpolated: {alpha: 0.01}}
  critic: dot
  target_nats: 7.0
recipes: {digits: null}
```

# Source

Poole et al. 2019, section 2.4
"""

from collections.abc import Iterator
from math import exp, log

from ssmi_dsl.diagnostics import Severity
from ssmi_dsl.fixes import Applicability, Fix, set_value
from ssmi_dsl.rules.base import Finding, Rule
from ssmi_dsl.rules.context import RuleContext
from ssmi_dsl.rules.questions import num_candidates
from ssmi_dsl.terms.bounds.interpolated import Interpolated

RULE = Rule(
    "DV014",
    "interpolation-out-of-range",
    Severity.WARNING,
    "The α of an interpolated bound is too large for the information asked for",
)


def check(context: RuleContext) -> Iterator[Finding]:
    method = context.method
    bound, target = method.objective.bound, method.objective.target_nats
    if not isinstance(bound, Interpolated):
        return
    loc = ("objective", "bound", "interpolated", "alpha")
    candidates = num_candidates(method)
    if target is not None and candidates is not None:
        cap = log(candidates / bound.alpha)
        if cap < target:
            smaller = float(f"{0.9 * candidates * exp(-target):.2g}")
            yield Finding(
                ("objective", "target_nats"),
                f"log(N/α) of {candidates} candidates and α = {bound.alpha:g} is {cap:.2f} nats, below {target:g}",
                label=f"recipe `{method.recipe.name}`",
                labels=((loc, "α"),),
                help=f"lower `alpha` below {candidates * exp(-target):.2g}",
                fix=Fix(f"set `alpha: {smaller:g}`", Applicability.SAFE, (set_value(loc, smaller),)),
            )
