"""# What it finds

A block that lacks a key that has no default.

# Why it is bad

A default would hide a decision that changes the result.

# Example

```yaml
extends: jmi
encoder: {backbone: {timm: {}}} # SY007
```

# Instead

```yaml
extends: jmi
encoder: {backbone: {timm: {model: vit_tiny_patch16_224}}}
```

# Source

The language reference, column "default".
"""

from ssmi_dsl.diagnostics import Severity
from ssmi_dsl.rules.base import Rule

RULE = Rule(
    code="SY007",
    name="missing-key",
    severity=Severity.ERROR,
    summary="a key without which the block has no meaning",
    suppressible=False,
)
