"""# What it finds

The temperature of the teacher is above 0.07 without a warm-up, or not below the student's.

# Why it is bad

Above 0.07 training is reported to be unstable from the start; a warm-up from 0.04 avoids it. A teacher that is neither centred nor sharper
than its student gives the student no signal but its own (an error).

# Example

```yaml
extends: dino
objective: {marginal: {center-sharpen: {temperature: 0.09}}} # MT007
```

# Instead

```yaml
extends: dino
objective: {marginal: {center-sharpen: {temperature: 0.07, warmup_temperature: 0.04, warmup_epochs: 30}}}
```

# Source

Caron et al. 2021 (DINO), official code: help text of --teacher_temp
"""

from collections.abc import Iterator

from ssmi_dsl.diagnostics import Severity
from ssmi_dsl.fixes import Applicability, Fix, set_value
from ssmi_dsl.rules.base import Finding, Rule
from ssmi_dsl.rules.context import RuleContext
from ssmi_dsl.rules.questions import student_temperature
from ssmi_dsl.terms.marginals.center_sharpen import CenterSharpen

RULE = Rule(
    "MT007",
    "blunt-teacher",
    Severity.WARNING,
    "The temperature of the teacher is above 0.07 without a warm-up, or not below the student's",
)


UNSTABLE_ABOVE = 0.07


def check(context: RuleContext) -> Iterator[Finding]:
    objective = context.method.objective
    marginal, student = objective.marginal, student_temperature(objective.critic)
    if not isinstance(marginal, CenterSharpen) or student is None:
        return
    loc = ("objective", "marginal", "center-sharpen", "temperature")
    teacher = marginal.temperature
    if teacher >= student and not marginal.centering:
        message = f"the target is neither centred nor sharper than the student ({teacher:g} against {student:g})"
        help = "set `temperature: 0.04` and `centering: true`"
        changes = (set_value(loc, 0.04), set_value((*loc[:-1], "centering"), True))
        fix = Fix("centre and sharpen the target", Applicability.SAFE, changes) if student > 0.04 else None
        yield Finding(loc, message, help=help, fix=fix, severity=Severity.ERROR)
    elif UNSTABLE_ABOVE < teacher < student and marginal.warmup_epochs == 0:
        message = (
            f"the teacher starts at temperature {teacher:g}; above {UNSTABLE_ABOVE} that is unstable without a warm-up"
        )
        fix = Fix("set `warmup_epochs: 30`", Applicability.SAFE, (set_value((*loc[:-1], "warmup_epochs"), 30),))
        yield Finding(loc, message, help="set `warmup_epochs: 30`, or `temperature: 0.04`", fix=fix)
