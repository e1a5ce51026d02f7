"""# What it finds

The probe reads the projector's output instead of the backbone's features.

# Why it is bad

The projector discards what the objective does not need; features before it are reported to be better by ten points and more.

# Example

```yaml
extends: jmi
evaluate: {probe: {reads: embedding}} # EV004
```

# Instead

```yaml
extends: jmi
evaluate: {probe: {reads: features}}
```

# Source

Chen et al. 2020 (SimCLR), section 4.2; Jing et al. 2022 (2110.09348)
"""

from collections.abc import Iterator

from ssmi_dsl.diagnostics import Severity
from ssmi_dsl.fixes import Applicability, Fix, set_value
from ssmi_dsl.rules.base import Finding, Rule
from ssmi_dsl.rules.context import RuleContext

RULE = Rule(
    "EV004",
    "probe-on-embedding",
    Severity.WARNING,
    "The probe reads the projector's output instead of the backbone's features",
)


def check(context: RuleContext) -> Iterator[Finding]:
    method = context.method
    if method.spec.evaluate.probe.reads == "embedding" and method.anchor.projector is not None:
        yield Finding(
            ("evaluate", "probe", "reads"),
            "the probe reads the embedding, from which the projector has removed information",
            labels=((("branches", method.anchor.owner, "projector"), "this head"),),
            help="set `reads: features`",
            fix=Fix(
                "set `reads: features`", Applicability.SAFE, (set_value(("evaluate", "probe", "reads"), "features"),)
            ),
        )
