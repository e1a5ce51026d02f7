"""# What it finds

A number outside the bounds of its key, a list that is too short or too long, a combination that the block refuses.

# Why it is bad

Outside its range a setting has no meaning: a temperature of zero divides by zero.

# Example

```yaml
extends: jmi
objective: {critic: {cosine: {temperature: 0}}} # SY005
```

# Instead

```yaml
extends: jmi
objective: {critic: {cosine: {temperature: 0.1}}}
```

# Source

The language reference, column "range".
"""

from ssmi_dsl.diagnostics import Severity
from ssmi_dsl.rules.base import Rule

RULE = Rule(
    code="SY005",
    name="value-out-of-range",
    severity=Severity.ERROR,
    summary="a value outside the range of its key",
    suppressible=False,
)
