"""# What it finds

The determinant of a covariance is taken without ε.

# Why it is bad

Log-determinants have no finite optimum: as a canonical correlation goes to 1, or an eigenvalue to 0, they run to infinity.

# Example

```yaml
extends: vicreg
objective:
  critic: {rbf: {normalize: true}}
  marginal: {log-det: {eps: 0}} # MT011
```

# Instead

```yaml
extends: jmi
objective: {bound: {gaussian: {eps: 1.0e-6}}}
```

# Source

Ozsoy et al. 2022 (CorInfoMax), eq. 8; Chang et al. 2024; docs/theory.md: explicit mutual information
"""

from collections.abc import Iterator

from ssmi_dsl.diagnostics import Loc, Severity
from ssmi_dsl.fixes import Applicability, Fix, set_value
from ssmi_dsl.rules.base import Finding, Rule
from ssmi_dsl.rules.context import RuleContext
from ssmi_dsl.terms.bounds.gaussian import Gaussian
from ssmi_dsl.terms.marginals.log_det import LogDet

RULE = Rule("MT011", "unregularised-determinant", Severity.ERROR, "The determinant of a covariance is taken without ε")


def check(context: RuleContext) -> Iterator[Finding]:
    objective = context.method.objective
    help = "use 1e-8 in float64, or 1e-4 in float32"
    if isinstance(objective.marginal, LogDet) and objective.marginal.eps == 0:
        message = "log det R runs to minus infinity as an eigenvalue of R goes to zero, and `eps` is 0"
        loc = ("objective", "marginal", "log-det", "eps")
        yield Finding(loc, message, help=help, fix=_regularise(loc))
    bound, dim = objective.bound, context.method.anchor.embedding_width
    is_singular = dim is not None and context.method.recipe.batch_of_objective <= 2 * dim
    if isinstance(bound, Gaussian) and bound.eps == 0 and (bound.momentum is not None or not is_singular):
        message = "the bound runs to infinity as a canonical correlation goes to 1, and `eps` is 0"
        loc = ("objective", "bound", "gaussian", "eps")
        yield Finding(loc, message, help=help, fix=_regularise(loc))


def _regularise(loc: Loc) -> Fix:
    return Fix("set `eps: 1e-4`", Applicability.SAFE, (set_value(loc, 1e-4),))
