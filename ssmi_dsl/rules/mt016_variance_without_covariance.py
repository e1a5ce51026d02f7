"""# What it finds

The variance term is used without the covariance term.

# Why it is bad

The variance term holds every feature at its standard deviation and says nothing about two of them together. The joint term is least for the
feature on which the views agree most, so an embedding whose features are all copies of that one has the least loss: it has rank one. The paper's
ablation trains and loses a tenth of its accuracy; in the mutation study the effective rank falls to a fifth.

# Example

```yaml
extends: vicreg
objective:
  marginal: {variance-covariance: {variance: 25, covariance: 0}} # MT016
```

# Instead

```yaml
extends: vicreg
objective:
  marginal: {variance-covariance: {variance: 25, covariance: 1}}
```

# Source

Bardes et al. 2022 (VICReg), table 7; Jing et al. 2022 on dimensional collapse; the mutation study, benchmarks/results/mutations.md
"""

from collections.abc import Iterator

from ssmi_dsl.diagnostics import Severity
from ssmi_dsl.fixes import Applicability, Fix, set_value
from ssmi_dsl.rules.base import Finding, Rule
from ssmi_dsl.rules.context import RuleContext
from ssmi_dsl.terms.marginals.variance_covariance import VarianceCovariance

RULE = Rule(
    "MT016", "variance-without-covariance", Severity.ERROR, "The variance term is used without the covariance term"
)


def check(context: RuleContext) -> Iterator[Finding]:
    marginal = context.method.objective.marginal
    if isinstance(marginal, VarianceCovariance) and marginal.covariance == 0:
        loc = ("objective", "marginal", "variance-covariance", "covariance")
        yield Finding(
            loc,
            "the covariance term has weight zero, so all features can be copies of one",
            labels=((("objective", "critic"), "is largest for the feature on which the views agree most"),),
            help="the paper uses `covariance: 1` beside `variance: 25`",
            fix=Fix("set `covariance: 1.0`", Applicability.SAFE, (set_value(loc, 1.0),)),
        )
