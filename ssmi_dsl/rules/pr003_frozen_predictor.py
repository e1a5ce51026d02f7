"""# What it finds

A predictor keeps its random weights: it is frozen, or its branch is a constant of the loss.

# Why it is bad

A predictor that cannot follow its optimum is no surrogate of the marginal term. No gradient reaches one that stands on a branch with a stop-gradient
(GF002): it hides the target behind a random network, whatever else prevents collapse.

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

Chen & He 2021 (SimSiam), table 1b; the mutation study, benchmarks/results/mutations.md
"""

from collections.abc import Iterator

from ssmi_dsl.diagnostics import Severity
from ssmi_dsl.fixes.predictor import remove_predictor
from ssmi_dsl.rules.base import Finding, Rule
from ssmi_dsl.rules.context import RuleContext
from ssmi_dsl.rules.questions import has_two_predictors
from ssmi_dsl.spec.method import Method

RULE = Rule("PR003", "frozen-predictor", Severity.ERROR, "A predictor keeps its random weights")


def check(context: RuleContext) -> Iterator[Finding]:
    method = context.method
    if method.spec.optimize.predictor.frozen and method.anchor.predictor is not None:
        yield Finding(
            ("optimize", "predictor", "frozen"),
            "the predictor keeps its random weights and never learns",
            labels=((("branches", method.anchor.name, "predictor"), "this head stands for the marginal term"),),
            help="remove `frozen: true`",
        )
    elif _anchor_is_constant(method):
        name = method.anchor.name
        yield Finding(
            ("branches", name, "stop_gradient"),
            f"`{name}` is a constant of the loss, so its predictor keeps its random weights",
            labels=((("branches", name, "predictor"), "this head stands for the marginal term"),),
            help=f"put `stop_gradient` on `{method.target.name}` instead",
        )
    elif _target_is_constant(method):
        anchor, name = method.anchor, method.target.name
        yield Finding(
            ("branches", name, "predictor"),
            f"`{name}` is a constant of the loss, so its predictor keeps its random weights",
            of="key",
            labels=((("branches", name, "stop_gradient"), "no gradient passes here"),),
            help=f"remove it: a predictor belongs to `{anchor.name}`",
            fix=None if anchor.predictor is None else remove_predictor(name),
        )


def _anchor_is_constant(method: Method) -> bool:
    """Whether the anchor has a predictor behind which the gradient stops, while the target still moves: SD003 reports the rest."""
    moves = method.target.source is None and not method.is_stopped(method.target.name)
    return method.anchor.predictor is not None and method.is_stopped(method.anchor.name) and moves


def _target_is_constant(method: Method) -> bool:
    """Whether the target has a predictor that gradients are to move, and none passes; SD003 and SD006 report cases of their own."""
    target, predictor = method.target, method.spec.optimize.predictor
    stopped = method.is_stopped(target.name) and not method.is_stopped(method.anchor.name)
    return target.predictor is not None and predictor.is_trained and stopped and not has_two_predictors(method)
