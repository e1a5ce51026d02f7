"""# What it finds

The covariance term is used without the variance term, or with one that the joint term outweighs.

# Why it is bad

Shrinking every feature to zero makes both the invariance and the covariance term vanish.

A squared distance has its temperature for a weight. With a = joint weight / τ and μ that of the variance term, features of standard deviation s whose
views correlate by r pay 2 a (1 - r) s² for the distance and gain at most 2 μ s from the hinges of both views: they end at s = μ / (2 a (1 - r)). Where
a is more than 200 times μ, that is less than a quarter even of views that agree up to r = 0.99. VICReg has a = μ.

# Example

```yaml
extends: vicreg
objective:
  marginal: {variance-covariance: {variance: 0, covariance: 1}} # MT002
```

# Instead

```yaml
extends: vicreg
objective:
  marginal: {variance-covariance: {variance: 25, covariance: 1}}
```

# Source

Bardes et al. 2022 (VICReg), section 4 and table 7; the mutation study, benchmarks/results/mutations.md
"""

from collections.abc import Iterator

from ssmi_dsl.diagnostics import Severity
from ssmi_dsl.fixes import Applicability, Fix, set_value
from ssmi_dsl.rules.base import Finding, Rule
from ssmi_dsl.rules.context import RuleContext
from ssmi_dsl.spec.method import Method
from ssmi_dsl.terms.critics.rbf import Rbf
from ssmi_dsl.terms.marginals.variance_covariance import VarianceCovariance

RULE = Rule(
    "MT002",
    "covariance-without-variance",
    Severity.ERROR,
    "The covariance term is used without the variance term, or with one that the joint term outweighs",
)
# a / μ, beyond which views of correlation AGREEMENT end at less than LEAST_STD
AGREEMENT, LEAST_STD = 0.99, 0.25
MOST_TIMES = 1 / (2 * (1 - AGREEMENT) * LEAST_STD)


def check(context: RuleContext) -> Iterator[Finding]:
    method = context.method
    objective = method.objective
    marginal = objective.marginal
    if not isinstance(marginal, VarianceCovariance):
        return
    pull, hold = _weight_of_distance(method), objective.weights.marginal * marginal.variance
    if hold > 0 and pull > MOST_TIMES * hold:
        std = hold / (2 * pull * (1 - AGREEMENT))
        yield Finding(
            ("objective", "critic"),
            f"the squared distance weighs {pull / hold:.3g} times the variance term, so embeddings shrink",
            labels=(
                (("objective", "marginal"), f"holds features of views that correlate by {AGREEMENT} at {std:.2g}"),
            ),
            help="raise the temperature, or lower `weights: {joint: ...}`; the paper weighs both alike",
        )
    if marginal.variance == 0:
        yield Finding(
            ("objective", "marginal", "variance-covariance", "variance"),
            "the variance term has weight zero, so embeddings can shrink to nothing",
            labels=((("objective", "critic"), "its distance shrinks with them"),),
            help="the paper uses `variance: 25`",
            fix=Fix(
                "set `variance: 25.0`",
                Applicability.SAFE,
                (set_value(("objective", "marginal", "variance-covariance", "variance"), 25.0),),
            ),
        )


def _weight_of_distance(method: Method) -> float:
    """a: the weight of the squared difference of a feature, as a mean over features; 0 for critics that are no plain squared distance."""
    critic, dim = method.objective.critic, method.anchor.embedding_width
    if not isinstance(critic, Rbf) or critic.normalize or dim is None:
        return 0.0
    return method.objective.weights.joint * (1 if critic.per_feature else dim) / critic.temperature
