"""# What it finds

The predictor keeps its random weights: it is frozen, or its branch is a constant of the loss.

# Why it is bad

A predictor that cannot follow its optimum is no surrogate of the marginal term.

# Example

```yaml
extends: simsiam
optimize: {predictor: {frozen: true}} # PR003
```

# Instead

```yaml
extends: simsiam
optimize: {predictor: {frozen: false}}
```

# Source

Chen & He 2021 (SimSiam), table 1b
"""

from collections.abc import Iterator

from ssmi_dsl.diagnostics import Severity
from ssmi_dsl.rules.base import Finding, Rule
from ssmi_dsl.rules.context import RuleContext

RULE = Rule("PR003", "frozen-predictor", Severity.ERROR, "The predictor keeps its random weights")


def check(context: RuleContext) -> Iterator[Finding]:
    method = context.method
    if method.spec.optimize.predictor.frozen and method.anchor.predictor is not None:
        yield Finding(
            ("optimize", "predictor", "frozen"),
            "the predictor keeps its random weights and never learns",
            labels=((("branches", method.anchor.name, "predictor"), "this head stands for the marginal term"),),
            help="remove `frozen: true`",
        )
    elif _is_constant(context):
        name = method.anchor.name
        yield Finding(
            ("branches", name, "stop_gradient"),
            f"`{name}` is a constant of the loss, so its predictor keeps its random weights",
            labels=((("branches", name, "predictor"), "this head stands for the marginal term"),),
            help=f"put `stop_gradient` on `{method.target.name}` instead",
        )


def _is_constant(context: RuleContext) -> bool:
    """Whether the anchor has a predictor behind which the gradient stops, while the target still moves: SD003 reports the rest."""
    method = context.method
    moves = method.target.source is None and not method.is_stopped(method.target.name)
    return method.anchor.predictor is not None and method.is_stopped(method.anchor.name) and moves
