"""# What it finds

Text that a YAML parser cannot read: a bracket that is never closed, a tab as indentation, a missing colon.

# Why it is bad

Nothing after the error can be trusted, so no other rule runs on the file.

# Example

```yaml
extends: jmi
recipes:
  default: {epochs: 200
objective: {marginal: in-batch} # SY001
```

# Instead

```yaml
extends: jmi
recipes:
  default: {epochs: 200}
objective: {marginal: in-batch}
```

# Source

YAML 1.2.2, https://yaml.org/spec/1.2.2/.
"""

from ssmi_dsl.diagnostics import Severity
from ssmi_dsl.rules.base import Rule

RULE = Rule(
    code="SY001",
    name="syntax-error",
    severity=Severity.ERROR,
    summary="the file is not well-formed YAML",
    suppressible=False,
)
