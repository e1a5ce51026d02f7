"""# What it finds

A word where a number belongs, a list where a mapping belongs, a file whose top level is not a mapping.

# Why it is bad

The value is not converted: a guess at what was meant would be a setting that nobody wrote.

# Example

```yaml
extends: jmi
recipes:
  default: {epochs: many} # SY004
```

# Instead

```yaml
extends: jmi
recipes:
  default: {epochs: 200}
```

# Source

The language reference, column "type".
"""

from ssmi_dsl.diagnostics import Severity
from ssmi_dsl.rules.base import Rule

RULE = Rule(
    code="SY004",
    name="wrong-type",
    severity=Severity.ERROR,
    summary="a value of another type than its key takes",
    suppressible=False,
)
