"""# What it finds

An EMA target with no predictor and no marginal term.

# Why it is bad

A slow target delays collapse and does not prevent it.

# Example

```yaml
extends: byol
branches:
  online: {predictor: null}
  target: {update: {ema: {momentum: 0.99}}} # SD005
```

# Instead

```yaml
extends: byol
branches:
  online: {predictor: {mlp: [4096, 256]}}
  target: {update: {ema: {momentum: 0.99}}}
```

# Source

Grill et al. 2020 (BYOL), table 5; truth table of the linear model in docs/theory.md
"""

from collections.abc import Iterator

from ssmi_dsl.diagnostics import Severity
from ssmi_dsl.fixes.predictor import add_predictor
from ssmi_dsl.rules.base import Finding, Rule
from ssmi_dsl.rules.context import RuleContext

RULE = Rule(
    "SD005", "ema-target-without-marginal", Severity.ERROR, "An EMA target with no predictor and no marginal term"
)


def check(context: RuleContext) -> Iterator[Finding]:
    method = context.method
    if method.paradigm == "sdmi" and method.target.ema is not None and not method.has_true_marginal:
        if method.anchor.predictor is None:
            yield Finding(
                ("branches", method.target.name, "update"),
                "an EMA target does not prevent collapse: there is neither a predictor nor a marginal term",
                labels=((("objective", "marginal"), "nothing stands for the marginal term"),),
                help=f"give `{method.anchor.name}` a predictor, or choose a marginal",
                fix=add_predictor(method, constant_rate=False),
            )
