"""# What it finds

A jmi spec stops a gradient or follows a target.

# Why it is bad

Joint optimisation needs the gradient of both views.

# Example

```yaml
extends: simclr
paradigm: jmi
branches:
  b: {of: shared, stop_gradient: true} # SD013
```

# Instead

```yaml
extends: sdmi
paradigm: sdmi
```

# Source

arXiv:2510.01345
"""

from collections.abc import Iterator

from ssmi_dsl.diagnostics import Severity
from ssmi_dsl.fixes import Applicability, Fix, set_value
from ssmi_dsl.rules.base import Finding, Rule
from ssmi_dsl.rules.context import RuleContext
from ssmi_dsl.terms.marginals.predictor import Predictor

RULE = Rule("SD013", "stop-gradient-in-jmi", Severity.ERROR, "A jmi spec stops a gradient or follows a target")


def check(context: RuleContext) -> Iterator[Finding]:
    method = context.method
    if method.paradigm != "jmi":
        return
    fix = Fix("set `paradigm: sdmi`", Applicability.UNSAFE, (set_value(("paradigm",), "sdmi"),))
    if isinstance(method.objective.marginal, Predictor) and not any(phase.stopped for phase in method.phases):
        yield Finding(
            ("objective", "marginal"),
            "a predictor stands for the marginal term only behind a stop-gradient, and jmi has none",
            labels=((("paradigm",), "declared here"),) if method.spec.paradigm else (),
            notes=("without a stop-gradient a predictor does not prevent collapse (docs/theory.md, the linear model)",),
            help="choose a marginal term, or set `paradigm: sdmi` with a stop-gradient on the target",
        )
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
