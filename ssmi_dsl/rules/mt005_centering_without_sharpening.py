"""# What it finds

The target is centred, but not sharper than the student.

# Why it is bad

Centering alone pushes every output towards the uniform distribution, which is the same for all images.

# Example

```yaml
extends: dino
objective: {critic: {prototypes: {temperature: 0.1}}, marginal: {center-sharpen: {temperature: 0.1}}} # MT005
```

# Instead

```yaml
extends: dino
objective: {critic: {prototypes: {temperature: 0.1}}, marginal: {center-sharpen: {temperature: 0.04}}}
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
    "MT005", "centering-without-sharpening", Severity.ERROR, "The target is centred, but not sharper than the student"
)


def check(context: RuleContext) -> Iterator[Finding]:
    objective = context.method.objective
    marginal = objective.marginal
    if not isinstance(marginal, CenterSharpen) or not marginal.centering:
        return
    teacher, student = marginal.temperature, student_temperature(objective.critic)
    if student is not None and teacher >= student:
        yield Finding(
            ("objective", "marginal", "center-sharpen", "temperature"),
            f"the target is centred, but at temperature {teacher:g} it is no sharper than the student at {student:g}",
            labels=((("objective", "critic", "prototypes", "temperature"), "the student's temperature"),),
            help="set `temperature: 0.04`",
            fix=Fix(
                "set `temperature: 0.04`",
                Applicability.SAFE,
                (set_value(("objective", "marginal", "center-sharpen", "temperature"), 0.04),),
            )
            if student > 0.04
            else None,
        )
