"""# What it finds

A second-order expansion of the marginal term is used where the variance of the critic exceeds 1.

# Why it is bad

The expansion log E exp T = E T + Var T / 2 + ... holds for a variance of T of about 1 or less. Beyond it the objective is still an
objective, but no longer near the bound that it expands.

# Example

```yaml
extends: jmi
objective:
  critic: {cosine: {temperature: 0.02}}
  marginal: {taylor: {order: 2}} # MT010
```

# Instead

```yaml
extends: jmi
objective:
  critic: {cosine: {temperature: 0.2}}
  marginal: {taylor: {order: 2}}
```

# Source

this project's derivation, docs/theory.md: second-order surrogates
"""

from collections.abc import Iterator

from ssmi_dsl.diagnostics import Severity
from ssmi_dsl.rules.base import Finding, Rule
from ssmi_dsl.rules.context import RuleContext
from ssmi_dsl.rules.questions import cosine_temperature, term_name
from ssmi_dsl.terms.marginals.taylor import Taylor

RULE = Rule(
    "MT010",
    "expansion-out-of-range",
    Severity.INFO,
    "A second-order expansion of the marginal term is used where the variance of the critic exceeds 1",
)


def check(context: RuleContext) -> Iterator[Finding]:
    method = context.method
    marginal, critic = method.objective.marginal, method.objective.critic
    dim = method.anchor.embedding_width
    if not isinstance(marginal, Taylor) or dim is None:
        return
    temperature = cosine_temperature(critic, dim)
    if temperature is not None:
        variance, where = 1 / dim / temperature / temperature, "embeddings spread over the sphere"
    elif term_name(critic) in ("standardized", "dot"):
        scale: float = getattr(critic, "temperature", 1.0)
        variance, where = dim / scale / scale, "independent features of variance 1"
    else:
        return
    if variance > 1:
        yield Finding(
            ("objective", "marginal"),
            f"the variance of the critic is {variance:.3g} at {where}, so the expansion is out of its range",
            label=f"recipe `{method.recipe.name}`",
            labels=((("objective", "critic"), f"D = {dim}"),),
            help="raise the temperature, or read the loss as an objective only",
        )
