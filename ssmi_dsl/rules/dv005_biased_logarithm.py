"""# What it finds

The logarithm of a minibatch mean is biased by more than 0.1 nats.

# Why it is bad

The mean of exp T over a batch is unbiased, its logarithm is not: the estimate is too large by about Var(e^T) / (2 n E(e^T)²) for n pairs.
At low temperatures a few pairs carry the whole mean.

# Example

```yaml
extends: jmi
objective: {critic: {cosine: {temperature: 0.01}}} # DV005
```

# Instead

```yaml
extends: jmi
objective: {critic: {cosine: {temperature: 0.1}}}
```

# Source

Belghazi et al. 2018 (MINE), section 3.2; Mroueh et al. 2021; docs/theory.md: finite batches
"""

from collections.abc import Iterator

from ssmi_dsl.caps import relative_variance
from ssmi_dsl.diagnostics import Severity
from ssmi_dsl.fixes import Applicability, Fix, set_value
from ssmi_dsl.rules.base import Finding, Rule
from ssmi_dsl.rules.context import RuleContext
from ssmi_dsl.rules.questions import cosine_temperature, num_candidates

RULE = Rule(
    "DV005", "biased-logarithm", Severity.WARNING, "The logarithm of a minibatch mean is biased by more than 0.1 nats"
)


TOLERANCE = 0.1


def check(context: RuleContext) -> Iterator[Finding]:
    method = context.method
    objective, dim = method.objective, method.anchor.embedding_width
    if type(objective.bound).name != "donsker-varadhan" or objective.marginal.kind != "estimated" or dim is None:
        return
    temperature, candidates = cosine_temperature(objective.critic, dim), num_candidates(method)
    if candidates is None:
        return
    batch = method.recipe.batch_of_objective
    anchors = 2 * batch if objective.marginal.uses_all_views else batch
    pairs = anchors * (candidates - 1)
    if temperature is None or pairs < 1:
        return
    variance = relative_variance(temperature, dim)
    bias = variance / (2 * pairs)
    if bias > TOLERANCE:
        yield Finding(
            ("objective", "critic"),
            f"the logarithm of a mean over {pairs} pairs is {_shown(bias)} at temperature {temperature:g}",
            label=f"recipe `{method.recipe.name}`",
            labels=((("objective", "bound"), "takes the logarithm of a minibatch mean"),),
            notes=(
                f"exp T has {variance:.3g} times the square of its mean as variance, at embeddings spread over the sphere",
            ),
            help="raise the temperature or the batch, or use `mine`, whose gradient averages over steps",
            fix=Fix("set `bound: mine`", Applicability.SAFE, (set_value(("objective", "bound"), "mine"),)),
        )


def _shown(bias: float) -> str:
    # the expansion behind the number holds while it is small
    return f"about {bias:.2g} nats too large" if bias < 1 else "mostly noise"
