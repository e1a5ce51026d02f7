"""# What it finds

A linear predictor of whole embeddings is trained by gradient descent.

# Why it is bad

Its optimum has a closed form in the correlation matrix of the embeddings. DirectPred sets it in every step and is reported to be a few per
cent better than training it. A predictor of hidden patches is no such map: its two sides differ in what they see.

# Example

```yaml
extends: byol
branches:
  online: {predictor: {linear: 256}} # PR005
```

# Instead

```yaml
extends: byol
branches:
  online: {predictor: {linear: 256}}
optimize: {predictor: {direct: {eps: 0.01, momentum: 0.3}}}
```

# Source

Tian et al. 2021 (2102.06810), DirectPred
"""

from collections.abc import Iterator

from ssmi_dsl.diagnostics import Severity
from ssmi_dsl.fixes import Applicability, Fix, set_value
from ssmi_dsl.rules.base import Finding, Rule
from ssmi_dsl.rules.context import RuleContext
from ssmi_dsl.rules.questions import is_linear
from ssmi_dsl.spec.method import TOKEN_OUTPUTS

RULE = Rule("PR005", "trained-linear-predictor", Severity.INFO, "A linear predictor is trained by gradient descent")


def check(context: RuleContext) -> Iterator[Finding]:
    method = context.method
    update = method.spec.optimize.predictor
    if method.paradigm != "sdmi" or method.has_true_marginal or update.frozen or update.direct is not None:
        return
    reads_tokens = method.objectives[method.focus].target_output in TOKEN_OUTPUTS
    if is_linear(method.anchor.predictor) and not reads_tokens:
        yield Finding(
            ("branches", method.anchor.name, "predictor"),
            "the linear predictor is trained, although its optimum has a closed form",
            help="set `optimize: {predictor: {direct: {}}}` (DirectPred)",
            fix=Fix(
                "set the predictor in closed form",
                Applicability.UNSAFE,
                (set_value(("optimize", "predictor", "direct"), {"eps": 0.01, "momentum": 0.3}),),
            ),
        )
