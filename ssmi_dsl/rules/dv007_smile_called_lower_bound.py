"""# What it finds

A SMILE estimate is called a lower bound.

# Why it is bad

Clipping the exponentials lowers the marginal term, so the estimate can exceed the truth: at 10 nats and a clip of 5 it reads 11.98 with a
perfect critic.

# Example

```yaml
extends: jmi
evaluate: {mutual_information: {estimators: [infonce, smile], report: lower-bound}} # DV007
```

# Instead

```yaml
extends: jmi
evaluate: {mutual_information: {estimators: [infonce, smile], report: estimate}}
```

# Source

Song & Ermon 2020 (1910.06222); table of optimal critics in docs/theory.md
"""

from collections.abc import Iterator

from ssmi_dsl.diagnostics import Severity
from ssmi_dsl.fixes import Applicability, Fix, set_value
from ssmi_dsl.rules.base import Finding, Rule
from ssmi_dsl.rules.context import RuleContext

RULE = Rule("DV007", "smile-called-lower-bound", Severity.WARNING, "A SMILE estimate is called a lower bound")


def check(context: RuleContext) -> Iterator[Finding]:
    read_out = context.method.spec.evaluate.mutual_information
    if "smile" in read_out.estimators and read_out.report != "estimate":
        yield Finding(
            ("evaluate", "mutual_information", "report"),
            f"a SMILE value is no {_words(read_out.report)}: its clipped marginal term lets it exceed the truth",
            labels=((("evaluate", "mutual_information", "estimators"), "holds `smile`"),),
            help="set `report: estimate`, or drop `smile`",
            fix=Fix(
                "call it an estimate",
                Applicability.SAFE,
                (set_value(("evaluate", "mutual_information", "report"), "estimate"),),
            ),
        )


def _words(report: str) -> str:
    return "certified bound" if report == "certified" else "lower bound"
