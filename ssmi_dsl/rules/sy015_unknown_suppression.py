"""# What it finds

`# ssmi: ignore` without a rule in brackets, or with a code or name that no rule has.

# Why it is bad

It looks as if a finding had been considered and accepted, and does nothing.

# Example

```yaml
extends: jmi
recipes:
  default: {epochs: 010} # ssmi: ignore[SY9] # SY009, SY015
```

# Instead

```yaml
extends: jmi
recipes:
  default: {epochs: 010} # ssmi: ignore[SY009] written by another tool
```

# Source

The list of rules that `ssmi rules` prints.
"""

from ssmi_dsl.diagnostics import Severity
from ssmi_dsl.rules.base import Rule

RULE = Rule(
    code="SY015",
    name="unknown-suppression",
    severity=Severity.WARNING,
    summary="a suppression comment that names no rule",
)
