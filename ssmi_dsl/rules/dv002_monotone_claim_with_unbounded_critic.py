"""# What it finds

A spec claims monotone improvement with a critic that is not bounded.

# Why it is bad

The proposition needs a marginal term that is smooth with bounded gradients. For T = cos/τ they are bounded by 1/τ; for a dot product or a
network they are not.

# Example

```yaml
extends: sdmi
claims: [monotone-mi] # DV002
objective: {critic: dot} # DV001
```

# Instead

```yaml
extends: sdmi
claims: [monotone-mi]
```

# Source

arXiv:2510.01345, proposition on approximate monotonic improvement; its reconstruction in docs/theory.md
"""

from collections.abc import Iterator

from ssmi_dsl.diagnostics import Severity
from ssmi_dsl.rules.base import Finding, Rule
from ssmi_dsl.rules.context import RuleContext
from ssmi_dsl.rules.questions import fixes_the_norm, is_bounded, term_name

RULE = Rule(
    "DV002",
    "monotone-claim-with-unbounded-critic",
    Severity.INFO,
    "A spec claims monotone improvement with a critic that is not bounded",
)


def check(context: RuleContext) -> Iterator[Finding]:
    method = context.method
    critic = method.objective.critic
    if "monotone-mi" in method.spec.claims and not is_bounded(critic) and not fixes_the_norm(critic):
        yield Finding(
            ("claims",),
            f"the claim needs bounded gradients of the marginal term, and the critic `{term_name(critic)}` is unbounded",
            labels=((("objective", "critic"), "unbounded"),),
            help="use `cosine`, or drop the claim",
        )
