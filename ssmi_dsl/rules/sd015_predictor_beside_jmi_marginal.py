"""# What it finds

A jmi spec has a predictor beside its true marginal term, and both views keep their gradient.

# Why it is bad

The marginal term prevents collapse, so this is allowed, and video models with a variance-covariance term do it. It is not the canonical
form: joint optimisation is symmetric in the views, and a predictor is not. It is gradient flow that separates the paradigms, not the
predictor.

# Example

```yaml
extends: vicreg
branches:
  shared: {projector: {mlp: [2048, 512]}, predictor: {mlp: [512, 512]}} # SD015
```

# Instead

```yaml
extends: vicreg
branches:
  shared: {projector: {mlp: [2048, 512]}}
```

# Source

arXiv:2510.01345; this project's classification in docs/theory.md
"""

from collections.abc import Iterator

from ssmi_dsl.diagnostics import Severity
from ssmi_dsl.rules.base import Finding, Rule
from ssmi_dsl.rules.context import RuleContext

RULE = Rule(
    "SD015",
    "predictor-beside-jmi-marginal",
    Severity.WARNING,
    "A jmi spec has a predictor beside its true marginal term, and both views keep their gradient",
)


def check(context: RuleContext) -> Iterator[Finding]:
    method = context.method
    if method.paradigm != "jmi" or not method.has_true_marginal:
        return
    for branch in method.branches:
        if branch.predictor is not None:
            yield Finding(
                ("branches", branch.name, "predictor"),
                f"branch `{branch.name}` has a predictor, and jmi is symmetric in its views",
                of="key",
                labels=((("objective", "marginal"), "this term prevents collapse already"),),
                help="remove the predictor, or declare the hybrid: `paradigm: sdmi` with a stop-gradient",
            )
