"""# What it finds

The centre of the targets remembers more than twice as many steps as the teacher whose targets it centres.

# Why it is bad

The centre takes away what all targets have in common. With momentum m it is a mean over T = 1/(1 - m) steps, and so is the teacher. Of what is
common, let the student have s, the teacher t and the centre c, and let the student learn k (t - c) of it in a step. Then u = s - t and e = t - c obey

    e' = u / T_teacher - e / T_centre
    u' = k e - u / T_teacher

which grows wherever k T_centre exceeds 1: at the rate k - 1/T_centre for a teacher that is the student, and ever more slowly the slower the teacher.
In the paper a teacher that is copied from the student does not converge, and one of the epoch before does. In the mutation study a centre of momentum
0.9 loses most of the rank beside teachers of momentum 0 to 0.7, and a teacher of momentum 0 does well beside a centre of momentum 0 to 0.5.

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

Caron et al. 2021 (DINO), section 5.3, avoiding collapse; the mutation study, benchmarks/results/mutations.md
"""

from collections.abc import Iterator

from ssmi_dsl.caps import horizon
from ssmi_dsl.diagnostics import Severity
from ssmi_dsl.fixes import Applicability, Fix, set_value
from ssmi_dsl.rules.base import Finding, Rule
from ssmi_dsl.rules.context import RuleContext
from ssmi_dsl.terms.marginals.center_sharpen import CenterSharpen

# memory of the centre over that of the teacher, at most
MOST_TIMES = 2.0
RULE = Rule(
    "EM012",
    "lagging-centre",
    Severity.ERROR,
    "The centre of the targets remembers more than twice as many steps as the teacher",
)


def check(context: RuleContext) -> Iterator[Finding]:
    method = context.method
    target, marginal = method.target, method.objective.marginal
    if not isinstance(marginal, CenterSharpen) or not marginal.centering or target.name == method.anchor.name:
        return
    momentum = 0.0 if method.is_tied else target.ema.momentum if target.ema is not None else 1.0
    memory = horizon(marginal.momentum)
    if memory <= MOST_TIMES * horizon(momentum):
        return
    update = ("branches", target.name, "update")
    loc = ("branches", target.name, "of") if method.is_tied else (*update, "ema", "momentum")
    which = f"is `{method.anchor.name}` itself" if method.is_tied else f"over {horizon(momentum):.2g}"
    change = set_value(update, {"ema": {"momentum": 0.996}}) if method.is_tied else set_value(loc, 0.996)
    yield Finding(
        loc,
        f"the centre of the targets averages over {memory:.2g} steps, and `{target.name}` {which}",
        labels=((("objective", "marginal"), "its centre follows the targets"),),
        help=f"slow the teacher down, `update: {{ema: {{momentum: 0.996}}}}`, or lower the `momentum` of `{marginal.name}`",
        fix=Fix("set the teacher's momentum to 0.996", Applicability.UNSAFE, (change,)),
    )
