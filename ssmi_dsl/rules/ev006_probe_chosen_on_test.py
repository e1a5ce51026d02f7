"""# What it finds

The probe's settings are chosen on the test set.

# Why it is bad

The accuracy is then that of the best of several classifiers on the very images that judge them: a leak, and published numbers have it.

# Example

```yaml
extends: jmi
evaluate: {probe: {select_on: test}} # EV006
```

# Instead

```yaml
extends: jmi
evaluate: {probe: {select_on: held-out}}
```

# Source

Peng et al. 2020 (GMI), official code: the number of probe epochs is found on the test set
"""

from collections.abc import Iterator

from ssmi_dsl.diagnostics import Severity
from ssmi_dsl.fixes import Applicability, Fix, set_value
from ssmi_dsl.rules.base import Finding, Rule
from ssmi_dsl.rules.context import RuleContext

RULE = Rule("EV006", "probe-chosen-on-test", Severity.ERROR, "The probe's settings are chosen on the test set")


def check(context: RuleContext) -> Iterator[Finding]:
    if context.method.spec.evaluate.probe.select_on == "test":
        yield Finding(
            ("evaluate", "probe", "select_on"),
            "the probe is chosen on the test set, so its accuracy there is no estimate of anything",
            help="set `select_on: held-out`",
            fix=Fix(
                "set `select_on: held-out`",
                Applicability.UNSAFE,
                (set_value(("evaluate", "probe", "select_on"), "held-out"),),
            ),
        )
