"""# What it finds

The predictor of tied branches follows a decaying learning rate.

# Why it is bad

The predictor must keep tracking its optimum.

# Example

```yaml
optimize: {schedule: alternating}
```

# Instead

```yaml
optimize: {schedule: alternating, predictor: {schedule: constant}}
```

# Source

Chen & He 2021 (SimSiam), table 1 and the official option --fix-pred-lr
"""

from collections.abc import Iterator

from ssmi_dsl.diagnostics import Severity
from ssmi_dsl.rules.base import Finding, Rule
from ssmi_dsl.rules.context import RuleContext

RULE = Rule(
    "PR001",
    "decaying-predictor-rate",
    Severity.WARNING,
    "The predictor of tied branches follows a decaying learning rate",
)


def check(context: RuleContext) -> Iterator[Finding]:
    method = context.method
    tied = method.is_tied and method.anchor.name != method.target.name
    if (
        method.paradigm == "sdmi"
        and tied
        and method.anchor.predictor is not None
        and not method.has_true_marginal  # the predictor must be fast where it stands for the marginal term
        and method.recipe.schedule == "cosine"
    ):
        if method.spec.optimize.predictor.schedule != "constant":
            yield Finding(
                ("branches", method.anchor.name, "predictor"),
                "the learning rate of the predictor decays with the encoder's",
                of="key",
                help="set `optimize: {predictor: {schedule: constant}}`",
            )
