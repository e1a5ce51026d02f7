"""# What it finds

The joint covariance of two embeddings is estimated by no more samples than it has rows, without ε.

# Why it is bad

It has 2 D rows, and the covariance of N samples has rank N - 1 at most: its determinant is zero.

# Example

```yaml
extends: jmi
objective: {bound: {gaussian: {eps: 0}}} # BS003
recipes: {imagenet: null}
```

# Instead

```yaml
extends: jmi
objective: {bound: {gaussian: {eps: 1.0e-4}}}
```

# Source

docs/theory.md: finite batches; Chang et al. 2024
"""

from collections.abc import Iterator

from ssmi_dsl.diagnostics import Severity
from ssmi_dsl.fixes import Applicability, Fix, set_value
from ssmi_dsl.rules.base import Finding, Rule
from ssmi_dsl.rules.context import RuleContext
from ssmi_dsl.terms.bounds.gaussian import Gaussian

RULE = Rule(
    "BS003",
    "singular-joint-covariance",
    Severity.ERROR,
    "The joint covariance of two embeddings is estimated by no more samples than it has rows, without ε",
)


def check(context: RuleContext) -> Iterator[Finding]:
    method = context.method
    bound, dim = method.objective.bound, method.anchor.embedding_width
    batch = method.recipe.batch_of_objective
    if isinstance(bound, Gaussian) and bound.eps == 0 and bound.momentum is None and dim is not None:
        if batch <= 2 * dim:
            yield Finding(
                ("objective", "bound", "gaussian", "eps"),
                f"{batch} samples give a joint covariance of rank {batch - 1} at most, and it has {2 * dim} rows",
                label=f"recipe `{method.recipe.name}`",
                labels=((("branches", method.anchor.owner, "projector"), f"{dim} dimensions"),),
                help=f"set `eps: 1.0e-4`, average covariances over steps (`momentum`), or use more than {2 * dim} samples",
                fix=Fix(
                    "set `eps: 1e-4`", Applicability.SAFE, (set_value(("objective", "bound", "gaussian", "eps"), 1e-4),)
                ),
            )
