"""# What it finds

A surrogate stands for the marginal term, and nothing watches for collapse.

# Why it is bad

The value of a surrogate is no estimate of information: the loss of a collapsed predictor method is at its best, and that of others falls
while dimensions are lost. The standard deviation of normalised features (about 1/√D when spread, 0 when collapsed) and their effective rank
show it within a few epochs.

# Example

```yaml
extends: byol
evaluate: {monitors: []} # EV005
```

# Instead

```yaml
extends: byol
evaluate: {monitors: [feature-std, effective-rank]}
```

# Source

Chen & He 2021 (SimSiam), figure 2; Jing et al. 2022; runs of 160 epochs at a constant loss have been reported
"""

from collections.abc import Iterator

from ssmi_dsl.diagnostics import Severity
from ssmi_dsl.fixes import Applicability, Fix, set_value
from ssmi_dsl.rules.base import Finding, Rule
from ssmi_dsl.rules.context import RuleContext
from ssmi_dsl.rules.questions import term_name

RULE = Rule(
    "EV005",
    "unwatched-collapse",
    Severity.WARNING,
    "A surrogate stands for the marginal term, and nothing watches for collapse",
)


def check(context: RuleContext) -> Iterator[Finding]:
    method = context.method
    if method.objective.marginal.kind == "surrogate" and not method.spec.evaluate.monitors:
        yield Finding(
            ("evaluate", "monitors"),
            f"`{term_name(method.objective.marginal)}` stands for the marginal term, and nothing measures whether features collapse",
            labels=((("objective", "marginal"), "a surrogate"),),
            help="set `monitors: [feature-std, effective-rank]`",
            fix=Fix(
                "watch both",
                Applicability.SAFE,
                (set_value(("evaluate", "monitors"), ["feature-std", "effective-rank"]),),
            ),
        )
