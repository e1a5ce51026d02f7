"""# What it finds

An entry of the baseline whose rule finds nothing at its place any more, or finds it fewer times than is accepted. No spec can be seen to do this:
the finding is in the baseline.

# Why it is bad

It stays behind when the cause is gone, and accepts the next, different finding of that rule unseen.

# Example

```json
{"schema": "ssmi.baseline/1", "files": {"byol.yaml": {"EM002": {"/branches/target/update": 1}}}}
```

# Instead

```json
{"schema": "ssmi.baseline/1", "files": {}}
```

# Source

The same wish in other linters: sverweij/dependency-cruiser#1080, astral-sh/ruff#1149.
"""

from ssmi_dsl.diagnostics import Severity
from ssmi_dsl.rules.base import Rule

RULE = Rule(
    code="SY016",
    name="stale-baseline-entry",
    severity=Severity.WARNING,
    summary="a baseline that accepts more findings than there are",
)
