"""# What it finds

The predictor learns with a smaller rate than the encoder.

# Why it is bad

The predictor stands for the marginal term only while it tracks its optimum. In the linear model a tenth of the rate halves the rank of the
representation; in BYOL's ablation without EMA a slow predictor is as bad as none. Below a tenth it is an error: the rank falls further, and
in the mutation study (`benchmarks/results/mutations.md`) a hundredth of the rate leaves BYOL as little information as a frozen predictor.

# Example

```yaml
extends: simsiam
optimize: {predictor: {lr_multiplier: 0.1}} # PR002
```

# Instead

```yaml
extends: simsiam
optimize: {predictor: {lr_multiplier: 10}}
```

# Source

Grill et al. 2020 (BYOL), table 21; Tian et al. 2021; truth table of the linear model in docs/theory.md
"""

from collections.abc import Iterator

from ssmi_dsl.diagnostics import Severity
from ssmi_dsl.fixes import Applicability, Fix, set_value
from ssmi_dsl.rules.base import Finding, Rule
from ssmi_dsl.rules.context import RuleContext

# the smallest factor of which the linear model still keeps half the rank
LEAST_FACTOR = 0.1

RULE = Rule("PR002", "slow-predictor", Severity.WARNING, "The predictor learns with a smaller rate than the encoder")


def check(context: RuleContext) -> Iterator[Finding]:
    method = context.method
    update = method.spec.optimize.predictor
    factor = update.lr_multiplier
    if update.direct is not None:
        return
    if (
        method.paradigm == "sdmi"
        and method.anchor.predictor is not None
        and factor < 1
        and not method.has_true_marginal
    ):
        yield Finding(
            ("optimize", "predictor", "lr_multiplier"),
            f"the predictor learns with {factor:g} times the encoder's rate and lags behind its optimum",
            labels=((("branches", method.anchor.name, "predictor"), "this head stands for the marginal term"),),
            help="use 1 or more; 10 is a common choice",
            severity=Severity.ERROR if factor < LEAST_FACTOR else None,
            fix=Fix(
                "set `lr_multiplier: 1`",
                Applicability.SAFE,
                (set_value(("optimize", "predictor", "lr_multiplier"), 1.0),),
            ),
        )
