"""# What it finds

The spec claims monotone mutual information, but its M-step is implicit.

# Why it is bad

Monotonicity is argued for explicit alternation; copying the encoder into its target is not a step that increases the bound.

# Example

```yaml
extends: simsiam
claims: [monotone-mi] # SD011
```

# Instead

```yaml
extends: simsiam
claims: []
```

# Source

arXiv:2510.01345, proposition 3.1, and its public reviews
"""

from collections.abc import Iterator

from ssmi_dsl.diagnostics import Severity
from ssmi_dsl.rules.base import Finding, Rule
from ssmi_dsl.rules.context import RuleContext

RULE = Rule(
    "SD011",
    "monotone-claim-without-m-step",
    Severity.INFO,
    "The spec claims monotone mutual information, but its M-step is implicit",
)


def check(context: RuleContext) -> Iterator[Finding]:
    method = context.method
    if "monotone-mi" in method.spec.claims and method.paradigm == "sdmi" and len(method.phases) == 1:
        yield Finding(
            ("claims",),
            "monotone mutual information is not argued for an implicit M-step",
            labels=((("branches", method.target.name), "its M-step only copies or averages"),),
            help="alternate explicit blocks",
        )
