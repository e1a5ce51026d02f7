"""# What it finds

Batch norm stands on the output of a predictor that stands for the marginal term. Beside negatives it is common (MoCo v3).

# Why it is bad

The predictor then cannot match the scale of its target, and training is reported to be unstable.

# Example

```yaml
extends: simsiam
branches:
  online: {predictor: {mlp: {widths: [512, 2048], last_norm: batch}}} # PR007
```

# Instead

```yaml
extends: simsiam
branches:
  online: {predictor: {mlp: {widths: [512, 2048], last_norm: none}}}
```

# Source

Chen & He 2021 (SimSiam), table 3 and the official code: no norm on the output of h
"""

from collections.abc import Iterator

from ssmi_dsl.components.heads import MlpHead
from ssmi_dsl.diagnostics import Severity
from ssmi_dsl.fixes import Applicability, Fix, set_value
from ssmi_dsl.rules.base import Finding, Rule
from ssmi_dsl.rules.context import RuleContext

RULE = Rule(
    "PR007", "normalised-predictor-output", Severity.WARNING, "Batch norm stands on the output of the predictor"
)


def check(context: RuleContext) -> Iterator[Finding]:
    method = context.method
    if method.paradigm != "sdmi" or method.has_true_marginal:
        return
    for branch in method.branches:
        head = branch.predictor
        if isinstance(head, MlpHead) and head.last_norm != "none":
            loc = ("branches", branch.name, "predictor", "mlp", "last_norm")
            yield Finding(
                loc,
                f"the output of the predictor of `{branch.name}` is batch-normalised",
                help="set `last_norm: none`; norms of hidden layers stay",
                fix=Fix("set `last_norm: none`", Applicability.SAFE, (set_value(loc, "none"),)),
            )
