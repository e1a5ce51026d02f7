"""# What it finds

`yes`, `no`, `on`, `off`, `010`, `0b101`, `1_000`, `1:30` or a date without quotes. They are read by YAML 1.2 here. The key `on` of an
objective is no finding, since it is meant as text; tools that read YAML 1.1 take a bare one for true, so the bundled specs quote it.

# Why it is bad

Another tool, PyYAML among them, reads a boolean, eight, a thousand or ninety.

# Example

```yaml
extends: jmi
recipes:
  default: {epochs: 010} # SY009
```

# Instead

```yaml
extends: jmi
recipes:
  default: {epochs: 10}
```

# Source

YAML 1.2.2, section 10.3.2; YAML 1.1, https://yaml.org/type/.
"""

from ssmi_dsl.diagnostics import Severity
from ssmi_dsl.rules.base import Rule

RULE = Rule(
    code="SY009",
    name="ambiguous-scalar",
    severity=Severity.WARNING,
    summary="a plain word that YAML 1.1 and 1.2 read differently",
)
