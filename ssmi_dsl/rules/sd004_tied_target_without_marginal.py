"""# What it finds

Tied weights with a stop-gradient, no predictor and no marginal term.

# Why it is bad

The symmetrised loss has half the gradient of plain alignment, which a constant minimises.

# Example

```yaml
extends: simsiam
branches:
  online: {predictor: null}
  target: {of: online} # SD004
```

# Instead

```yaml
extends: simsiam
branches:
  online: {predictor: {mlp: [512, 2048]}}
  target: {of: online}
```

# Source

the lemma on tied weights in docs/theory.md; Chen & He 2021, section 4.2
"""

from collections.abc import Iterator

from ssmi_dsl.diagnostics import Severity
from ssmi_dsl.fixes.predictor import add_predictor
from ssmi_dsl.rules.base import Finding, Rule
from ssmi_dsl.rules.context import RuleContext

RULE = Rule(
    "SD004",
    "tied-target-without-marginal",
    Severity.ERROR,
    "Tied weights with a stop-gradient, no predictor and no marginal term",
)


def check(context: RuleContext) -> Iterator[Finding]:
    method = context.method
    if method.paradigm == "sdmi" and method.is_tied and method.is_stopped(method.target.name):
        if method.anchor.predictor is None and not method.has_true_marginal:
            yield Finding(
                ("branches", method.target.name, "of"),
                "tied branches with neither predictor nor marginal term collapse, with or without stop-gradient",
                labels=((("objective", "marginal"), "nothing stands for the marginal term"),),
                help=f"give `{method.anchor.name}` a predictor, or choose a marginal",
                fix=add_predictor(method, constant_rate=True),
            )
