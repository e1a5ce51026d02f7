"""# What it finds

A jmi spec stops a gradient or follows a target.

# Why it is bad

Joint optimisation needs the gradient of both views.

# Example

```yaml
paradigm: jmi
branches:
  b: {of: a, stop_gradient: true}
```

# Instead

```yaml
paradigm: sdmi
branches:
  b: {of: a, stop_gradient: true}
```

# Source

arXiv:2510.01345
"""

from collections.abc import Iterator

from ssmi_dsl.diagnostics import Severity
from ssmi_dsl.fixes import Applicability, Fix, set_value
from ssmi_dsl.rules.base import Finding, Rule
from ssmi_dsl.rules.context import RuleContext

RULE = Rule("SD013", "stop-gradient-in-jmi", Severity.ERROR, "A jmi spec stops a gradient or follows a target")


def check(context: RuleContext) -> Iterator[Finding]:
    method = context.method
    if method.paradigm != "jmi":
        return
    fix = Fix("set `paradigm: sdmi`", Applicability.UNSAFE, (set_value(("paradigm",), "sdmi"),))
    for branch in method.branches:
        if branch.spec.stop_gradient is not False:
            yield Finding(
                ("branches", branch.name, "stop_gradient"),
                f"branch `{branch.name}` is held constant, but jmi optimises both views jointly",
                labels=((("paradigm",), "declared here"),) if method.spec.paradigm else (),
                help="remove `stop_gradient`, or set `paradigm: sdmi`",
                fix=fix,
            )
        elif branch.source is not None:
            yield Finding(
                ("branches", branch.name, "update"),
                f"branch `{branch.name}` is a target network, and jmi has none",
                help="remove the branch, or set `paradigm: sdmi`",
                fix=fix,
            )
