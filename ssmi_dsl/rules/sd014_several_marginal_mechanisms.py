"""# What it finds

A true marginal term stands beside a predictor.

# Why it is bad

Both supply the gradient that prevents collapse. Hybrids such as MoCo v3 do this on purpose.

# Example

```yaml
extends: byol
branches:
  online: {predictor: {mlp: [4096, 256]}} # SD014
objective: {marginal: in-batch}
recipes: {digits: null}
```

# Instead

```yaml
extends: byol
branches:
  online: {predictor: {mlp: [4096, 256]}}
objective: {marginal: predictor}
```

# Source

this project's classification, docs/theory.md
"""

from collections.abc import Iterator

from ssmi_dsl.diagnostics import Severity
from ssmi_dsl.rules.base import Finding, Rule
from ssmi_dsl.rules.context import RuleContext

RULE = Rule("SD014", "several-marginal-mechanisms", Severity.INFO, "A true marginal term stands beside a predictor")


def check(context: RuleContext) -> Iterator[Finding]:
    method = context.method
    if method.paradigm == "sdmi" and method.has_true_marginal and method.anchor.predictor is not None:
        yield Finding(
            ("branches", method.anchor.name, "predictor"),
            f"the predictor stands beside the marginal term `{type(method.objective.marginal).name}`",
            of="key",
            labels=((("objective", "marginal"), "this term prevents collapse already"),),
        )
