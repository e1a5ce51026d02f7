"""# What it finds

Mutual information is measured only with the bound that was trained.

# Why it is bad

A value that is being maximised grows whether or not the information does. Estimators with other biases beside it show which of the two
happened.

# Example

```yaml
extends: jmi
evaluate: {mutual_information: {estimators: [donsker-varadhan]}} # EV001
```

# Instead

```yaml
extends: jmi
evaluate: {mutual_information: {estimators: [donsker-varadhan, infonce, nwj]}}
```

# Source

arXiv:2510.01345 tracks three estimators side by side; Song & Ermon 2020
"""

from collections.abc import Iterator

from ssmi_dsl.diagnostics import Severity
from ssmi_dsl.fixes import Applicability, Fix, set_value
from ssmi_dsl.rules.base import Finding, Rule
from ssmi_dsl.rules.context import RuleContext

RULE = Rule(
    "EV001", "single-estimator", Severity.WARNING, "Mutual information is measured only with the bound that was trained"
)


def check(context: RuleContext) -> Iterator[Finding]:
    method = context.method
    trained = type(method.objective.bound).name
    others = tuple(name for name in ("infonce", "nwj", "donsker-varadhan") if name != trained)[:2]
    if set(method.spec.evaluate.mutual_information.estimators) == {trained}:
        yield Finding(
            ("evaluate", "mutual_information", "estimators"),
            f"`{trained}` is both what is trained and the only thing that is measured",
            labels=((("objective", "bound"), "trained with this bound"),),
            help="add two others, such as `infonce` and `nwj`",
            fix=Fix(
                "add two others",
                Applicability.SAFE,
                (set_value(("evaluate", "mutual_information", "estimators"), [trained, *others]),),
            ),
        )
