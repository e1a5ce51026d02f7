"""# What it finds

A file over 1 MiB, nesting over 64 levels, over 10,000 nodes or 8 MiB of text with aliases expanded, a scalar over 64 KiB or a key
over 1 KiB; over 200 problems or suppressions in one file.

# Why it is bad

Specs come from strangers. A few lines of nested aliases expand to more nodes than memory holds.

# Example

```yaml
extends: jmi
a: &a [0, 0, 0, 0, 0, 0, 0, 0, 0, 0]
b: &b [*a, *a, *a, *a, *a, *a, *a, *a, *a, *a]
c: &c [*b, *b, *b, *b, *b, *b, *b, *b, *b, *b]
d: &d [*c, *c, *c, *c, *c, *c, *c, *c, *c, *c] # SY008
```

# Instead

```yaml
extends: jmi
objective: {critic: {cosine: {temperature: 0.1}}}
```

# Source

CWE-776, unrestricted recursive entity references.
"""

from ssmi_dsl.diagnostics import Severity
from ssmi_dsl.rules.base import Rule

RULE = Rule(
    code="SY008",
    name="document-over-budget",
    severity=Severity.ERROR,
    summary="the file is larger or deeper than is read",
    suppressible=False,
)
