"""# What it finds

Control characters, zero-width spaces and bidirectional controls anywhere in the file, comments included.

# Why it is bad

The file then reads differently to a person and to the compiler.

# Example

```yaml
extends: jmi
title: two<U+200B>words # SY013
```

# Instead

```yaml
extends: jmi
title: two words
```

# Source

CVE-2021-42574; N. Boucher and R. Anderson, "Trojan Source", USENIX Security 2023.
"""

from ssmi_dsl.diagnostics import Severity
from ssmi_dsl.rules.base import Rule

RULE = Rule(
    code="SY013",
    name="invisible-character",
    severity=Severity.ERROR,
    summary="a character that does not show or reorders the text",
    suppressible=False,
)
