"""# What it finds

A learned critic is trained with Donsker-Varadhan, and nothing pins its free constant.

# Why it is bad

Adding a constant to T changes nothing in the value, so a network is free to drift along it until its exponentials overflow; small batches
make it worse.

# Example

```yaml
extends: jmi
objective: {bound: mine, critic: mlp} # DV001, DV015
recipes: {digits: null}
```

# Instead

```yaml
extends: jmi
objective: {bound: {mine: {constant_penalty: 0.1}}, critic: {cosine: {temperature: 0.2}}}
```

# Source

Choi & Lee 2021 (ReMINE)
"""

from collections.abc import Iterator

from ssmi_dsl.diagnostics import Severity
from ssmi_dsl.fixes import Applicability, Fix, set_value
from ssmi_dsl.rules.base import Finding, Rule
from ssmi_dsl.rules.context import RuleContext
from ssmi_dsl.rules.questions import term_name
from ssmi_dsl.terms.bounds.mine import Mine

RULE = Rule(
    "DV015",
    "drifting-constant",
    Severity.INFO,
    "A learned critic is trained with Donsker-Varadhan, and nothing pins its free constant",
)


def check(context: RuleContext) -> Iterator[Finding]:
    objective = context.method.objective
    bound, critic = objective.bound, objective.critic
    has_constant = critic.facts.learned and term_name(critic) != "bilinear"
    is_pinned = isinstance(bound, Mine) and bound.constant_penalty > 0
    if objective.marginal.kind == "estimated" and has_constant and not is_pinned:
        if type(bound).name in ("donsker-varadhan", "mine"):
            yield Finding(
                ("objective", "critic"),
                f"`{term_name(critic)}` may drift by a constant that `{type(bound).name}` does not see",
                labels=((("objective", "bound"), "invariant to constants"),),
                help="use `mine: {constant_penalty: 0.1}`, or `nwj`, which fixes the constant",
                fix=Fix(
                    "penalise the constant",
                    Applicability.SAFE,
                    (set_value(("objective", "bound", "mine", "constant_penalty"), 0.1),),
                )
                if isinstance(bound, Mine)
                else None,
            )
