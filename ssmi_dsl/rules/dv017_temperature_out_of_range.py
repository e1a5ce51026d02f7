"""# What it finds

The temperature of a cosine critic leaves the marginal term with one sample, or with no preference at all.

# Why it is bad

Scores lie within 1/τ of zero. Below τ = 0.01 they span more than 200 nats, and the softmax over samples has the nearest one only: its gradient
comes from one pair, and stops where positives are nearest. Above τ = 10 they span less than 0.2 nats, so all samples weigh the same and no
value of the bound above that can be reached.

# Example

```yaml
extends: jmi
objective: {critic: {cosine: {temperature: 100}}} # DV017
recipes: {digits: null}
```

# Instead

```yaml
extends: jmi
objective: {critic: {cosine: {temperature: 0.2}}}
recipes: {digits: null}
```

# Source

the cap of a cosine critic in docs/theory.md; Radford et al. 2021 (CLIP), section 2.5, never go below 0.01; the mutation study,
benchmarks/results/mutations.md
"""

from collections.abc import Iterator

from ssmi_dsl.diagnostics import Severity
from ssmi_dsl.rules.base import Finding, Rule
from ssmi_dsl.rules.context import RuleContext
from ssmi_dsl.rules.questions import cosine_temperature

RULE = Rule(
    "DV017",
    "temperature-out-of-range",
    Severity.ERROR,
    "The temperature of a cosine critic leaves the marginal term with one sample, or with no preference at all",
)
LOWEST, HIGHEST = 0.01, 10.0


def check(context: RuleContext) -> Iterator[Finding]:
    method = context.method
    objective, dim = method.objective, method.anchor.embedding_width
    if objective.marginal.kind != "estimated" or dim is None or getattr(objective.critic, "learnable", False):
        return
    temperature = cosine_temperature(objective.critic, dim)
    if temperature is None or LOWEST <= temperature <= HIGHEST:
        return
    span = 2 / temperature
    what = "one sample takes the whole softmax" if temperature < LOWEST else "all samples weigh the same"
    yield Finding(
        ("objective", "critic"),
        f"at temperature {temperature:g} scores span {span:.3g} nats, so {what}",
        labels=((("objective", "marginal"), "averages over samples"),),
        help="0.05 to 1 is usual",
    )
