"""# What it finds

Anchor and target both have a predictor.

# Why it is bad

Symmetric branches collapse with and without predictors: the predictor works only against a target that has none.

# Example

```yaml
extends: byol
branches:
  target: {predictor: {mlp: [4096, 256]}} # SD006
```

# Instead

```yaml
extends: byol
branches:
  online: {predictor: {mlp: [4096, 256]}}
```

# Source

Zhang et al. 2022 (2203.16262)
"""

from collections.abc import Iterator

from ssmi_dsl.diagnostics import Severity
from ssmi_dsl.fixes.predictor import remove_predictor
from ssmi_dsl.rules.base import Finding, Rule
from ssmi_dsl.rules.context import RuleContext
from ssmi_dsl.rules.questions import has_two_predictors

RULE = Rule("SD006", "predictor-on-both-branches", Severity.ERROR, "Anchor and target both have a predictor")


def check(context: RuleContext) -> Iterator[Finding]:
    method = context.method
    if has_two_predictors(method):
        yield Finding(
            ("branches", method.target.name, "predictor"),
            "both branches have a predictor, and symmetric branches collapse",
            of="key",
            labels=((("branches", method.anchor.name, "predictor"), "the other one"),),
            help=f"remove the predictor of `{method.target.name}`",
            fix=remove_predictor(method.target.name),
        )
