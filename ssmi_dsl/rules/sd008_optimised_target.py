"""# What it finds

A branch both follows another by `update` and takes part in the optimisation.

# Why it is bad

Its parameters then have two update rules, and the second undoes the first.

# Example

```yaml
extends: byol
optimize: {blocks: [online, target]} # SD008
```

# Instead

```yaml
extends: byol
optimize: {blocks: [online]}
```

# Source

Grill et al. 2020 (BYOL), section 3.1
"""

from collections.abc import Iterator

from ssmi_dsl.diagnostics import Severity
from ssmi_dsl.fixes import Applicability, Fix, delete_key
from ssmi_dsl.rules.base import Finding, Rule
from ssmi_dsl.rules.context import RuleContext

RULE = Rule(
    "SD008",
    "optimised-target",
    Severity.ERROR,
    "A branch both follows another by `update` and takes part in the optimisation",
)


def check(context: RuleContext) -> Iterator[Finding]:
    method = context.method
    for index, name in enumerate(method.spec.optimize.blocks or ()):
        if method.branch(name).source is not None:
            yield Finding(
                ("optimize", "blocks", index),
                f"branch `{name}` follows `{method.branch(name).source}` and cannot be optimised as well",
                labels=((("branches", name, "update"), "its update"),),
                help="remove it from `blocks`, or remove its `update`",
                fix=Fix(
                    f"remove `{name}` from `blocks`", Applicability.SAFE, (delete_key(("optimize", "blocks", index)),)
                ),
            )
        elif method.branch(name).owner != name and method.branch(name).owner in (method.spec.optimize.blocks or ()):
            owner = method.branch(name).owner
            yield Finding(
                ("optimize", "blocks", index),
                f"branch `{name}` shares the parameters of `{owner}`, which is a block already",
                labels=((("branches", name, "of"), "shared here"),),
                help="remove it from `blocks`",
            )
