"""# What it finds

The predictor of tied branches follows a decaying learning rate.

# Why it is bad

The predictor must keep tracking its optimum.

# Example

```yaml
extends: simsiam
optimize: {predictor: {schedule: as-encoder}} # PR001
```

# Instead

```yaml
extends: simsiam
optimize: {predictor: {schedule: constant}}
```

# Source

Chen & He 2021 (SimSiam), table 1 and the official option --fix-pred-lr
"""

from collections.abc import Iterator

from ssmi_dsl.diagnostics import Severity
from ssmi_dsl.fixes import Applicability, Fix, set_value
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
        update = method.spec.optimize.predictor
        if update.schedule != "constant" and update.direct is None:
            written = ("optimize", "predictor", "schedule")
            head = ("branches", method.anchor.name, "predictor")
            yield Finding(
                written if context.source.has(written) else head,
                "the learning rate of the predictor decays with the encoder's",
                of="key",
                labels=((("branches", method.target.name), "tied: nothing else slows the target down"),),
                help="set `optimize: {predictor: {schedule: constant}}`",
                fix=Fix(
                    "set `schedule: constant` for the predictor",
                    Applicability.SAFE,
                    (set_value(("optimize", "predictor", "schedule"), "constant"),),
                ),
            )
