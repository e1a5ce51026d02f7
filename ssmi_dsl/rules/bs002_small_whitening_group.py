"""# What it finds

Whitening groups are larger than the embedding, but not twice as large.

# Why it is bad

The covariance is then invertible and close to singular: its smallest eigenvalues are estimated by a handful of samples, and the whitened
features amplify their noise.

# Example

```yaml
extends: jmi
objective: {marginal: {whitening: {size: 320}}} # BS002
```

# Instead

```yaml
extends: jmi
objective: {marginal: {whitening: {size: 512}}}
```

# Source

Ermolov et al. 2021 (W-MSE), official code: groups of 128 for 64 dimensions, 256 for 128
"""

from collections.abc import Iterator

from ssmi_dsl.diagnostics import Severity
from ssmi_dsl.fixes import Applicability, Fix, set_value
from ssmi_dsl.rules.base import Finding, Rule
from ssmi_dsl.rules.context import RuleContext
from ssmi_dsl.terms.marginals.whitening import Whitening

RULE = Rule(
    "BS002",
    "small-whitening-group",
    Severity.WARNING,
    "Whitening groups are larger than the embedding, but not twice as large",
)


def check(context: RuleContext) -> Iterator[Finding]:
    method = context.method
    marginal, dim = method.objective.marginal, method.anchor.embedding_width
    if isinstance(marginal, Whitening) and dim is not None:
        size = marginal.size or method.recipe.batch_of_objective
        if dim < size < 2 * dim:
            yield Finding(
                ("objective", "marginal"),
                f"groups of {size} samples are less than twice the {dim} dimensions",
                label=f"recipe `{method.recipe.name}`",
                labels=((("branches", method.anchor.owner, "projector"), f"{dim} dimensions"),),
                help=f"use groups of {2 * dim}, or fewer dimensions",
                fix=Fix(
                    f"set `size: {2 * dim}`",
                    Applicability.UNSAFE,
                    (set_value(("objective", "marginal", "whitening", "size"), 2 * dim),),
                ),
            )
