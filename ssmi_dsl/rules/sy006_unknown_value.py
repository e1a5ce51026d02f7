"""# What it finds

A choice that names no component of that kind.

# Why it is bad

There is nothing to compile it to.

# Example

```yaml
extends: jmi
objective: {critic: cosin} # SY006
```

# Instead

```yaml
extends: jmi
objective: {critic: cosine}
```

# Source

The list of components that `ssmi` prints for each kind of choice.
"""

from ssmi_dsl.diagnostics import Severity
from ssmi_dsl.rules.base import Rule

RULE = Rule(
    code="SY006",
    name="unknown-value",
    severity=Severity.ERROR,
    summary="a word that is not among the choices of its key",
    suppressible=False,
)
