"""# What it finds

The largest estimate of all checkpoints is reported.

# Why it is bad

The maximum of noisy estimates is above their mean even if nothing changed: selection adds a bias upwards that grows with the number of
checkpoints.

# Example

```yaml
extends: jmi
evaluate: {mutual_information: {select: best}} # EV002
```

# Instead

```yaml
extends: jmi
evaluate: {mutual_information: {select: last}}
```

# Source

benchmark-mi returns the maximum over its test evaluations; docs/theory.md
"""

from collections.abc import Iterator

from ssmi_dsl.diagnostics import Severity
from ssmi_dsl.fixes import Applicability, Fix, set_value
from ssmi_dsl.rules.base import Finding, Rule
from ssmi_dsl.rules.context import RuleContext

RULE = Rule("EV002", "best-of-checkpoints", Severity.WARNING, "The largest estimate of all checkpoints is reported")


def check(context: RuleContext) -> Iterator[Finding]:
    if context.method.spec.evaluate.mutual_information.select == "best":
        yield Finding(
            ("evaluate", "mutual_information", "select"),
            "the largest of several noisy estimates is above their mean even if nothing changed",
            help="set `select: last`",
            fix=Fix(
                "set `select: last`",
                Applicability.SAFE,
                (set_value(("evaluate", "mutual_information", "select"), "last"),),
            ),
        )
