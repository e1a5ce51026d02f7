"""# What it finds

An upper bound on mutual information is maximised.

# Why it is bad

Raising an upper bound says nothing of what lies below it: the bound moves away instead. Such bounds serve objectives that minimise
information.

# Example

```yaml
extends: jmi
objective: {bound: club} # DV009
```

# Instead

```yaml
extends: jmi
objective: {bound: infonce}
```

# Source

Cheng et al. 2020 (CLUB, 2006.12013); Poole et al. 2019, section 2.2
"""

from collections.abc import Iterator

from ssmi_dsl.diagnostics import Severity
from ssmi_dsl.rules.base import Finding, Rule
from ssmi_dsl.rules.context import RuleContext

RULE = Rule("DV009", "upper-bound-maximised", Severity.ERROR, "An upper bound on mutual information is maximised")


def check(context: RuleContext) -> Iterator[Finding]:
    bound = context.method.objective.bound
    if bound.facts.upper:
        yield Finding(
            ("objective", "bound"),
            f"`{type(bound).name}` bounds mutual information from above, and the objective maximises it",
            help="use a lower bound: `infonce`, `donsker-varadhan`, `nwj`",
        )
