"""# What it finds

A key that the mapping it stands in does not have; often a spelling mistake.

# Why it is bad

An ignored key is a setting that silently does not apply. The run then differs from the file that describes it.

# Example

```yaml
extends: jmi
encoder: {backbon: resnet18} # SY002
```

# Instead

```yaml
extends: jmi
encoder: {backbone: resnet18}
```

# Source

The language reference, one table of keys for each block.
"""

from ssmi_dsl.diagnostics import Severity
from ssmi_dsl.rules.base import Rule

RULE = Rule(
    code="SY002",
    name="unknown-key",
    severity=Severity.ERROR,
    summary="a key that the language does not have",
    suppressible=False,
)
