"""# What it finds

An sdmi spec with a true marginal term has no stop-gradient, so it is jmi.

# Why it is bad

The marginal term prevents collapse, but no block is held constant: the alternation that sdmi declares does not happen.

# Example

```yaml
extends: simclr
paradigm: sdmi # SD002
```

# Instead

```yaml
extends: simclr
paradigm: jmi
```

# Source

arXiv:2510.01345; the lemma on tied weights in docs/theory.md
"""

from collections.abc import Iterator

from ssmi_dsl.diagnostics import Severity
from ssmi_dsl.fixes import Applicability, Fix, set_value
from ssmi_dsl.rules.base import Finding, Rule
from ssmi_dsl.rules.context import RuleContext
from ssmi_dsl.rules.questions import assigns, holds_an_end_constant

RULE = Rule(
    "SD002",
    "sdmi-without-stop-gradient",
    Severity.ERROR,
    "An sdmi spec with a true marginal term has no stop-gradient, so it is jmi",
)


def check(context: RuleContext) -> Iterator[Finding]:
    method = context.method
    if method.paradigm != "sdmi" or not method.has_true_marginal or holds_an_end_constant(method):
        return
    if assigns(method.objective.marginal):
        return  # MT008 says it
    name = method.target.name
    if name != method.anchor.name:
        title, change = f"set `stop_gradient: true` on `{name}`", set_value(("branches", name, "stop_gradient"), True)
    else:
        title, change = "set `paradigm: jmi`", set_value(("paradigm",), "jmi")
    yield Finding(
        ("paradigm",),
        "the spec says sdmi, but no branch is held constant in any step",
        labels=((("objective", "marginal"), "this term prevents collapse without it"),),
        notes=("not wrong as a loss: all blocks move together, which is jmi",),
        help="set `stop_gradient` on the target, or `paradigm: jmi`",
        fix=Fix(title, Applicability.UNSAFE, (change,)),
    )
