"""# What it finds

Whitening of groups that are not larger than the embedding, without regularisation.

# Why it is bad

The covariance of N samples has at most rank N - 1, so it cannot be inverted.

# Example

```yaml
objective: {marginal: {whitening: {size: 64}}} # of 128 features
```

# Instead

```yaml
objective: {marginal: {whitening: {size: 256}}}
```

# Source

Ermolov et al. 2021 (W-MSE), section 3: groups of twice the dimension
"""

from collections.abc import Iterator

from ssmi_dsl.components.backbones import num_features
from ssmi_dsl.components.heads import output_width
from ssmi_dsl.diagnostics import Severity
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
    head = method.anchor.projector
    dim = output_width(head) if head is not None else num_features(method.anchor.encoder)
    if isinstance(marginal, Whitening) and marginal.eps == 0 and dim is not None:
        size = marginal.size or method.recipe.batch_size
        if size <= dim:
            yield Finding(
                ("objective", "marginal"),
                f"groups of {size} samples have a singular covariance in {dim} dimensions",
                help=f"use groups of {2 * dim}, fewer dimensions, or `eps`",
            )
