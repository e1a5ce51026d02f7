"""# What it finds

A branch, view, file or recipe that is named and does not exist.

# Why it is bad

The place that it should connect stays open.

# Example

```yaml
extends: sdmi
objective: {on: {a: a, b: target}} # SY012
```

# Instead

```yaml
extends: sdmi
objective: {on: {a: a, b: b}}
```

# Source

The language reference, "names".
"""

from ssmi_dsl.diagnostics import Severity
from ssmi_dsl.rules.base import Rule

RULE = Rule(
    code="SY012",
    name="unresolved-reference",
    severity=Severity.ERROR,
    summary="a name that refers to nothing",
    suppressible=False,
)
