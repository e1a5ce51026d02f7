"""# What it finds

A combination of components that is meaningful but has no lowering in this version.

# Why it is bad

The file can be linted and read. `ssmi compile` refuses it rather than compile something near it.

# Example

```yaml
extends: jmi
recipes:
  default: {hardware: {devices: 8}} # SY011
```

# Instead

```yaml
extends: jmi
recipes:
  default: {hardware: {devices: 1}}
```

# Source

The compiler's list of lowerings.
"""

from ssmi_dsl.diagnostics import Severity
from ssmi_dsl.rules.base import Rule

RULE = Rule(
    code="SY011",
    name="not-yet-compiled",
    severity=Severity.ERROR,
    summary="a combination that the language describes and the compiler does not compile",
)
