"""# What it finds

Chance covariances of a small batch outweigh the variance term.

# Why it is bad

The covariance of two independent features of unit variance over N samples is zero on average and 1 / (N - 1) in square. With weights μ of the
variance and ν of the covariance term, D features of standard deviation s pay ν (D - 1) s⁴ / (N - 1) for nothing, and the hinge holds them by μ (1 - s):
they end at s = ∛(μ (N - 1) / (4 ν (D - 1))), or at 1 where that is more. Below a half it is a warning, below a quarter an error.

# Example

```yaml
extends: vicreg
recipes: {default: {batch_size: 4}} # BS015
```

# Instead

```yaml
extends: vicreg
recipes: {default: {batch_size: 256}}
```

# Source

docs/theory.md: finite batches; Bardes et al. 2022 (VICReg), eq. 1 to 4; the mutation study, benchmarks/results/mutations.md
"""

from collections.abc import Iterator
from math import ceil, inf, log2

from ssmi_dsl.diagnostics import Loc, Severity
from ssmi_dsl.fixes import Applicability, Fix, set_value
from ssmi_dsl.rules.base import Finding, Rule
from ssmi_dsl.rules.context import RuleContext
from ssmi_dsl.terms.marginals.variance_covariance import VarianceCovariance

RULE = Rule(
    "BS015", "noisy-covariance", Severity.WARNING, "Chance covariances of a small batch outweigh the variance term"
)
# standard deviations, as shares of the target
LOW, COLLAPSED = 0.5, 0.25
# the largest batch that a fix proposes
MOST = 1 << 16


def check(context: RuleContext) -> Iterator[Finding]:
    method = context.method
    marginal, dim = method.objective.marginal, method.anchor.embedding_width
    if not isinstance(marginal, VarianceCovariance) or dim is None:
        return
    batch = method.recipe.batch_of_objective
    floor = marginal.noise_floor(batch, dim)
    # of two samples and less BS008 speaks
    if not floor or batch < 3 or marginal.variance == 0:
        return
    # the floor is that of both views
    std = (marginal.variance / (2 * floor)) ** (1 / 3) / marginal.target_std
    if std >= LOW:
        return
    # the floor falls as 1 / (N - 1), and the standard deviation rises with its third root
    share = LOW / std if std > 0 else inf
    needed = 1 + (batch - 1) * share * share * share
    enough = 1 << ceil(log2(needed)) if needed < MOST else None
    yield Finding(
        context.recipe_loc("batch_size"),
        f"chance covariances of {batch} samples in {dim} dimensions hold features at {std:.2g} of their standard deviation",
        label=f"recipe `{method.recipe.name}`",
        labels=((("objective", "marginal"), f"weighs them by {marginal.covariance:g}"),),
        help="use a larger batch, fewer dimensions, or a smaller weight of the covariance",
        severity=Severity.ERROR if std < COLLAPSED else None,
        fix=None if enough is None else _batch_of(enough, context.recipe_loc("batch_size")),
    )


def _batch_of(enough: int, loc: Loc) -> Fix:
    return Fix(f"set `batch_size: {enough}`", Applicability.UNSAFE, (set_value(loc, enough),))
