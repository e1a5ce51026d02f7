"""# What it finds

The marginal term falls without end as embeddings grow, and nothing normalises them.

# Why it is bad

A log-determinant grows with the scale of what it measures. Scaling aligned embeddings lowers the loss for ever, whatever the critic: a
cosine does not see the scale, a distance of aligned embeddings is zero at every scale. Learned and dot critics under an exponential bound
have the same fault in another form, which DV001 reports.

# Example

```yaml
extends: corinfomax
objective: {marginal: {log-det: {normalize: false}}} # MT014
```

# Instead

```yaml
extends: corinfomax
objective: {marginal: {log-det: {normalize: true}}}
```

# Source

Yerxa et al. 2023 (MMCR), section 2: embeddings on the sphere; a probe of sixteen public losses found one that runs away
"""

from collections.abc import Iterator

from ssmi_dsl.diagnostics import Severity
from ssmi_dsl.fixes import Applicability, Fix, set_value
from ssmi_dsl.rules.base import Finding, Rule
from ssmi_dsl.rules.context import RuleContext
from ssmi_dsl.rules.questions import normalizes, term_name

RULE = Rule(
    "MT014",
    "norm-that-runs-away",
    Severity.ERROR,
    "The marginal term falls without end as embeddings grow, and nothing normalises them",
)


def check(context: RuleContext) -> Iterator[Finding]:
    marginal = context.method.objective.marginal
    if not marginal.facts.unbounded_in_norm or normalizes(marginal):
        return
    loc = ("objective", "marginal", term_name(marginal), "normalize")
    yield Finding(
        loc,
        f"`{term_name(marginal)}` falls as embeddings grow, and nothing fixes their norm",
        labels=((("objective", "critic"), "sees no scale where views are aligned"),),
        help="set `normalize: true`",
        fix=Fix("set `normalize: true`", Applicability.SAFE, (set_value(loc, True),)),
    )
