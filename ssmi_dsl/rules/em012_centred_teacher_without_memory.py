"""# What it finds

Targets are centred and sharpened, and the teacher is the student of this step: it has no update, or a momentum below 0.5.

# Why it is bad

Centring and sharpening keep targets apart only while the teacher is slower than the student. A centre that lags behind by its own momentum (0.9) does
not hold a teacher that follows in one step: what the student sharpens comes back as its target at once, and prototypes die faster than the centre
revives them. In the paper a teacher that is copied from the student does not converge, and one of the epoch before does. In the mutation study the
effective rank falls from 16 to 2 to 4, and further with every step.

# Example

```yaml
extends: dino
branches:
  teacher: {update: {ema: {momentum: 0.0}}} # EM012
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

Caron et al. 2021 (DINO), section 3.1 and figure 6; the mutation study, benchmarks/results/mutations.md
"""

from collections.abc import Iterator

from ssmi_dsl.diagnostics import Severity
from ssmi_dsl.fixes import Applicability, Fix, set_value
from ssmi_dsl.rules.base import Finding, Rule
from ssmi_dsl.rules.context import RuleContext
from ssmi_dsl.terms.marginals.center_sharpen import CenterSharpen

# a teacher that keeps less of itself in a step is nearly the student
LEAST_MOMENTUM = 0.5

RULE = Rule(
    "EM012",
    "centred-teacher-without-memory",
    Severity.ERROR,
    "Targets are centred and sharpened, and the teacher is the student of this step",
)


def check(context: RuleContext) -> Iterator[Finding]:
    method = context.method
    target, marginal = method.target, method.objective.marginal
    if not isinstance(marginal, CenterSharpen) or target.name == method.anchor.name:
        return
    holder = ((("objective", "marginal"), "holds targets of a slow teacher apart"),)
    if method.is_tied:
        yield Finding(
            ("branches", target.name, "of"),
            f"`{target.name}` is `{method.anchor.name}` itself, and centred targets need a slow teacher",
            labels=holder,
            help=f"give `{target.name}` the update `ema: {{momentum: 0.996}}`",
            fix=Fix(
                f"let `{target.name}` follow by EMA",
                Applicability.UNSAFE,
                (set_value(("branches", target.name, "update"), {"ema": {"momentum": 0.996}}),),
            ),
        )
    elif target.ema is not None and target.ema.momentum < LEAST_MOMENTUM:
        loc = ("branches", target.name, "update", "ema", "momentum")
        yield Finding(
            loc,
            f"momentum {target.ema.momentum:g} keeps less than half of `{target.name}` in a step, and centred targets need a slow one",
            labels=holder,
            help="use 0.996 or more",
            fix=Fix("set `momentum: 0.996`", Applicability.UNSAFE, (set_value(loc, 0.996),)),
        )
