"""# What it finds

`# ssmi: ignore[...]` that names a rule which finds nothing on that line.

# Why it is bad

It stays behind when the cause is gone and silences the next, different finding.

# Example

```yaml
extends: jmi
recipes:
  default: {epochs: 200} # ssmi: ignore[SY009] # SY014
```

# Instead

```yaml
extends: jmi
recipes:
  default: {epochs: 200}
```

# Source

The same check in other linters, such as Ruff's RUF100.
"""

from ssmi_dsl.diagnostics import Severity
from ssmi_dsl.rules.base import Rule

RULE = Rule(
    code="SY014",
    name="unused-suppression",
    severity=Severity.WARNING,
    summary="a suppression comment that silences nothing",
)
