"""# What it finds

A learned temperature has no lower clamp of at least 0.01.

# Why it is bad

The cap of the bound grows as 1/τ, so the gradient lowers τ as long as positives win; below 0.01127 exp(1/τ) exceeds float32, and the
gradient grows with 1/τ.

# Example

```yaml
extends: simclr
objective: {critic: {cosine: {temperature: 0.07, learnable: true}}} # DV016
recipes: {digits: null}
```

# Instead

```yaml
extends: simclr
objective: {critic: {cosine: {temperature: 0.07, learnable: true, min_temperature: 0.01}}}
recipes: {digits: null}
```

# Source

Radford et al. 2021 (CLIP), section 2.5: the logits are never scaled by more than 100
"""

from collections.abc import Iterator

from ssmi_dsl.diagnostics import Severity
from ssmi_dsl.fixes import Applicability, Fix, set_value
from ssmi_dsl.rules.base import Finding, Rule
from ssmi_dsl.rules.context import RuleContext
from ssmi_dsl.terms.critics.cosine import Cosine

RULE = Rule(
    "DV016", "unclamped-temperature", Severity.WARNING, "A learned temperature has no lower clamp of at least 0.01"
)


SMALLEST = 0.01


def check(context: RuleContext) -> Iterator[Finding]:
    critic = context.method.objective.critic
    if isinstance(critic, Cosine) and critic.learnable and (critic.min_temperature or 0.0) < SMALLEST:
        clamp = "is not clamped" if critic.min_temperature is None else f"may fall to {critic.min_temperature:g}"
        yield Finding(
            ("objective", "critic", "cosine", "learnable" if critic.min_temperature is None else "min_temperature"),
            f"the learned temperature {clamp}, and scores grow with its inverse",
            help=f"set `min_temperature: {SMALLEST}`",
            fix=Fix(
                f"set `min_temperature: {SMALLEST}`",
                Applicability.SAFE,
                (set_value(("objective", "critic", "cosine", "min_temperature"), SMALLEST),),
            ),
        )
