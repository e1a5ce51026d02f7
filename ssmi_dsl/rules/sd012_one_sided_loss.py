"""# What it finds

Only one direction of a loss with tied branches is used.

# Why it is bad

Every view could serve as anchor once and as target once; one direction has half the signal.

# Example

```yaml
extends: simsiam
optimize: {swap: false} # SD012
```

# Instead

```yaml
extends: simsiam
optimize: {swap: true}
```

# Source

Chen & He 2021 (SimSiam), section 4.6
"""

from collections.abc import Iterator

from ssmi_dsl.diagnostics import Severity
from ssmi_dsl.fixes import Applicability, Fix, set_value
from ssmi_dsl.rules.base import Finding, Rule
from ssmi_dsl.rules.context import RuleContext

RULE = Rule("SD012", "one-sided-loss", Severity.INFO, "Only one direction of a loss with tied branches is used")


def check(context: RuleContext) -> Iterator[Finding]:
    method = context.method
    if method.is_tied and method.anchor.name != method.target.name and not method.spec.optimize.swap:
        yield Finding(
            ("optimize", "swap"),
            "the loss uses one direction only, and the branches are tied",
            labels=((("branches", method.target.name, "of"), "tied here"),),
            help="set `swap: true`",
            fix=Fix("set `swap: true`", Applicability.SAFE, (set_value(("optimize", "swap"), True),)),
        )
