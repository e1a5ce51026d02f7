"""# What it finds

Mutual information is read out by InfoNCE without the positive in its denominator.

# Why it is bad

Without the positive the value is the leave-one-out *upper* bound: at 10 nats and batch 128 it reads 15.06 with a perfect critic. As a
training loss it is fine (decoupled contrastive learning).

# Example

```yaml
extends: jmi
evaluate: {mutual_information: {estimators: [infonce, dcl]}} # DV006
```

# Instead

```yaml
extends: jmi
evaluate: {mutual_information: {estimators: [infonce, nwj]}}
```

# Source

Yeh et al. 2021 (DCL); Poole et al. 2019, section 2.2; table of optimal critics in docs/theory.md
"""

from collections.abc import Iterator

from ssmi_dsl.diagnostics import Severity
from ssmi_dsl.fixes import Applicability, Fix, delete_key, set_value
from ssmi_dsl.rules.base import Finding, Rule
from ssmi_dsl.rules.context import RuleContext

RULE = Rule(
    "DV006",
    "positive-free-read-out",
    Severity.ERROR,
    "Mutual information is read out by InfoNCE without the positive in its denominator",
)


def check(context: RuleContext) -> Iterator[Finding]:
    estimators = context.method.spec.evaluate.mutual_information.estimators
    for index, estimator in enumerate(estimators):
        if estimator == "dcl":
            loc = ("evaluate", "mutual_information", "estimators", index)
            change = delete_key(loc) if "infonce" in estimators else set_value(loc, "infonce")
            yield Finding(
                loc,
                "`dcl` leaves the positive out of its denominator, so it reads more than there is",
                notes=("10 nats at batch 128 read 15.06, with a perfect critic",),
                help="use `infonce`, whose denominator holds the positive",
                fix=Fix("read out by `infonce`", Applicability.SAFE, (change,)),
            )
