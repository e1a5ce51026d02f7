"""# What it finds

The joint term weighs hundreds of times what the surrogate of the marginal term weighs.

# Why it is bad

Beside a surrogate that does not read the critic the temperature is no sharpness: it divides the joint term, and is a weight. Take embeddings of
small spread σ whose views correlate by r. A squared distance of weight a costs 2 a (1 - r) σ², uniformity gains 2 t σ²: the collapsed state is
stable as soon as a (1 - r) exceeds t, for r = 0.99 and the paper's t = 2 at a = 200. The other surrogates push with a strength of that order; the largest
a of a published method is 100 (EMP-SSL). Variance and covariance have limits of their own (MT002).

# Example

```yaml
extends: alignment-uniformity
objective: {critic: {rbf: {temperature: 0.001}}} # MT017
```

# Instead

```yaml
extends: alignment-uniformity
objective: {critic: {rbf: {temperature: 1.0}}}
```

# Source

Wang & Isola 2020, section 4; Tong et al. 2023 (EMP-SSL), eq. 2; the mutation study, benchmarks/results/mutations.md
"""

from collections.abc import Iterator

from ssmi_dsl.diagnostics import Severity
from ssmi_dsl.rules.base import Finding, Rule
from ssmi_dsl.rules.context import RuleContext
from ssmi_dsl.rules.questions import term_name
from ssmi_dsl.spec.method import Method
from ssmi_dsl.terms.critics.cosine import Cosine
from ssmi_dsl.terms.critics.rbf import Rbf

RULE = Rule(
    "MT017",
    "outweighed-marginal",
    Severity.ERROR,
    "The joint term weighs hundreds of times what the surrogate of the marginal term weighs",
)
MOST_TIMES = 200.0
# surrogates with a value of their own, which does not read the critic
WEIGHED = frozenset(
    {
        "coding-rate",
        "covariance-contrast",
        "frobenius",
        "gaussian-match",
        "log-det",
        "sliced-wasserstein",
        "uniformity",
        "von-neumann",
    }
)


def check(context: RuleContext) -> Iterator[Finding]:
    method = context.method
    objective = method.objective
    if term_name(objective.marginal) not in WEIGHED or objective.weights.marginal == 0:
        return
    times = _weight_of_distance(method) / objective.weights.marginal
    if times > MOST_TIMES:
        yield Finding(
            ("objective", "critic"),
            f"the squared distance of embeddings weighs {times:.3g} times `{term_name(objective.marginal)}`",
            labels=((("objective", "marginal"), "does not read the temperature, which is then a weight"),),
            help="raise the temperature, or lower `weights: {joint: ...}`",
        )


def _weight_of_distance(method: Method) -> float:
    """a: the weight of ‖a - b‖² of unit vectors, or of a feature's squared difference where norms are free; 0 for other critics."""
    critic, dim = method.objective.critic, method.anchor.embedding_width
    joint = method.objective.weights.joint
    if isinstance(critic, Cosine):
        return joint / (2 * critic.temperature)
    if not isinstance(critic, Rbf) or dim is None:
        return 0.0
    # the Frobenius surrogate divides features by their norms over the batch, so its embeddings have a scale, too
    if critic.normalize or term_name(method.objective.marginal) == "frobenius":
        return joint / (critic.temperature * (dim if critic.per_feature else 1))
    return joint * (1 if critic.per_feature else dim) / critic.temperature
