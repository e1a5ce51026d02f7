"""# What it finds

Tags, merge keys, keys that are not text, several documents in a file, aliases to nowhere or to themselves, an encoding other than UTF-8.

# Why it is bad

They can run code in careless readers, hide where a value comes from, or have no meaning in a spec.

# Example

```yaml
extends: jmi
recipes:
  default: !fast {epochs: 200} # SY010
```

# Instead

```yaml
extends: jmi
recipes:
  default: {epochs: 200}
```

# Source

YAML 1.2.2, sections 3.2.1 and 6.9; https://yaml.org/type/merge.html.
"""

from ssmi_dsl.diagnostics import Severity
from ssmi_dsl.rules.base import Rule

RULE = Rule(
    code="SY010",
    name="unsupported-yaml",
    severity=Severity.ERROR,
    summary="a feature of YAML that specs do not use",
    suppressible=False,
)
