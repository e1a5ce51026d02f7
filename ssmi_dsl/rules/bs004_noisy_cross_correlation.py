"""# What it finds

The noise of the cross-correlation outweighs a fifth of the invariance term.

# Why it is bad

Independent features have squared correlations of 1/N each by chance: D (D - 1)/N in sum. Weighted by λ this is the floor of the redundancy
term; it should be small beside the D invariance terms. The official setting has 0.02 of them, the usual one on CIFAR 0.04.

# Example

```yaml
extends: barlow-twins
recipes:
  default: {batch_size: 32} # BS004
```

# Instead

```yaml
extends: barlow-twins
recipes:
  default: {batch_size: 256}
```

# Source

docs/theory.md: finite batches; Zbontar et al. 2021 (Barlow Twins), figure 2
"""

from collections.abc import Iterator
from math import ceil, log2

from ssmi_dsl.diagnostics import Severity
from ssmi_dsl.fixes import Applicability, Fix, set_value
from ssmi_dsl.rules.base import Finding, Rule
from ssmi_dsl.rules.context import RuleContext
from ssmi_dsl.terms.marginals.cross_correlation import CrossCorrelation

RULE = Rule(
    "BS004",
    "noisy-cross-correlation",
    Severity.WARNING,
    "The noise of the cross-correlation outweighs a fifth of the invariance term",
)


TOLERANCE = 0.2


def check(context: RuleContext) -> Iterator[Finding]:
    method = context.method
    marginal, dim = method.objective.marginal, method.anchor.embedding_width
    if not isinstance(marginal, CrossCorrelation) or dim is None:
        return
    batch = method.recipe.batch_of_objective
    floor = dim * (dim - 1) / batch
    share = marginal.off_diagonal * floor / dim
    if share > TOLERANCE:
        # the next power of two that brings the share below the tolerance
        enough = 1 << ceil(log2(marginal.off_diagonal * (dim - 1) / TOLERANCE))
        yield Finding(
            context.recipe_loc("batch_size"),
            f"chance correlations of {batch} samples in {dim} dimensions sum to {floor:.0f}: {share:.2f} of the invariance terms",
            label=f"recipe `{method.recipe.name}`",
            labels=((("objective", "marginal"), f"weighted by {marginal.off_diagonal:g}"),),
            help=f"use a batch of at least {enough}, fewer dimensions, or a smaller weight",
            fix=Fix(
                f"set `batch_size: {enough}`",
                Applicability.UNSAFE,
                (set_value(context.recipe_loc("batch_size"), enough),),
            ),
        )
