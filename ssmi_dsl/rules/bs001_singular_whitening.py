"""# What it finds

Whitening of groups that are not larger than the embedding, without regularisation.

# Why it is bad

The covariance of N samples has at most rank N - 1, so it cannot be inverted.

# Example

```yaml
extends: jmi
objective: {marginal: {whitening: {size: 64}}} # BS001
```

# Instead

```yaml
extends: jmi
objective: {marginal: {whitening: {size: 512}}}
```

# Source

Ermolov et al. 2021 (W-MSE), section 3: groups of twice the dimension
"""

from collections.abc import Iterator

from ssmi_dsl.diagnostics import Severity
from ssmi_dsl.fixes import Applicability, Fix, set_value
from ssmi_dsl.rules.base import Finding, Rule
from ssmi_dsl.rules.context import RuleContext
from ssmi_dsl.terms.marginals.whitening import Whitening

RULE = Rule(
    "BS001",
    "singular-whitening",
    Severity.ERROR,
    "Whitening of groups that are not larger than the embedding, without regularisation",
)


def check(context: RuleContext) -> Iterator[Finding]:
    method = context.method
    marginal = method.objective.marginal
    dim = method.anchor.embedding_width
    if isinstance(marginal, Whitening) and marginal.eps == 0 and dim is not None:
        size = marginal.size or method.recipe.batch_of_objective
        if size <= dim:
            yield Finding(
                ("objective", "marginal"),
                f"groups of {size} samples have a singular covariance in {dim} dimensions",
                label=f"recipe `{method.recipe.name}`",
                labels=((("branches", method.anchor.owner, "projector"), f"{dim} dimensions"),),
                fix=Fix(
                    "set `eps: 0.001`",
                    Applicability.SAFE,
                    (set_value(("objective", "marginal", "whitening", "eps"), 0.001),),
                ),
                help=f"use groups of {2 * dim}, fewer dimensions, or `eps`",
            )
