"""# What it finds

A mapping with the same key more than once.

# Why it is bad

YAML forbids it, and parsers disagree on which value wins.

# Example

```yaml
extends: jmi
recipes:
  default:
    epochs: 100
    epochs: 200 # SY003
```

# Instead

```yaml
extends: jmi
recipes:
  default:
    epochs: 200
```

# Source

YAML 1.2.2, section 3.2.1.3, "mapping keys must be unique".
"""

from ssmi_dsl.diagnostics import Severity
from ssmi_dsl.rules.base import Rule

RULE = Rule(
    code="SY003",
    name="duplicate-key",
    severity=Severity.ERROR,
    summary="a key that stands twice in one mapping",
    suppressible=False,
)
