"""# What it finds

The target is sharper than the student, but not centred.

# Why it is bad

Sharpening alone lets one output dominate: every image is assigned to it. Sinkhorn assignments need no centre, they are a marginal of their
own.

# Example

```yaml
extends: dino
objective: {marginal: {center-sharpen: {centering: false}}} # MT006
```

# Instead

```yaml
extends: dino
objective: {marginal: {center-sharpen: {centering: true}}}
```

# Source

Caron et al. 2021 (DINO), section 5.3
"""

from collections.abc import Iterator

from ssmi_dsl.diagnostics import Severity
from ssmi_dsl.fixes import Applicability, Fix, set_value
from ssmi_dsl.rules.base import Finding, Rule
from ssmi_dsl.rules.context import RuleContext
from ssmi_dsl.rules.questions import student_temperature
from ssmi_dsl.terms.marginals.center_sharpen import CenterSharpen

RULE = Rule(
    "MT006", "sharpening-without-centering", Severity.ERROR, "The target is sharper than the student, but not centred"
)


def check(context: RuleContext) -> Iterator[Finding]:
    objective = context.method.objective
    marginal = objective.marginal
    if isinstance(marginal, CenterSharpen) and not marginal.centering:
        student = student_temperature(objective.critic)
        if student is not None and marginal.temperature < student:
            yield Finding(
                ("objective", "marginal", "center-sharpen", "centering"),
                f"the target is sharpened (temperature {marginal.temperature:g}), but nothing keeps its outputs balanced",
                help="set `centering: true`, or use `marginal: sinkhorn`",
                fix=Fix(
                    "set `centering: true`",
                    Applicability.SAFE,
                    (set_value(("objective", "marginal", "center-sharpen", "centering"), True),),
                ),
            )
