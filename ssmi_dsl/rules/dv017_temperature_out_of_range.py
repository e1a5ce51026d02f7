"""# What it finds

The temperature of a cosine critic leaves the marginal term with one sample, or with no preference at all. So does that of an inner product of
embeddings that are cut at a norm R, whose scores are R² cosines at most.

# Why it is bad

Scores lie within 1/τ of zero. Below τ = 0.01 they span more than 200 nats, and the softmax over samples has the nearest one only: its gradient
comes from one pair, and stops where positives are nearest. Above τ = 10 they span less than 0.2 nats, so all samples weigh the same and no
value of the bound above that can be reached. The spectral objective 2 E_p T - E_q T² and relative predictive coding are no better off: at scores t the
square weighs t/2 of the linear part, so that gathering all embeddings at one point costs t² and gains 2t times what views differ by.
Embeddings that are only cut may be shorter, so a low temperature is no fault of theirs.

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
from ssmi_dsl.rules.questions import cosine_temperature, least_temperature
from ssmi_dsl.terms.critics.dot import Dot

RULE = Rule(
    "DV017",
    "temperature-out-of-range",
    Severity.ERROR,
    "The temperature of a bounded critic leaves the marginal term with one sample, or with no preference at all",
)
LOWEST, HIGHEST = 0.01, 10.0


def check(context: RuleContext) -> Iterator[Finding]:
    method = context.method
    objective, dim = method.objective, method.anchor.embedding_width
    if objective.marginal.kind != "estimated" or dim is None or getattr(objective.critic, "learnable", False):
        return
    temperature = least_temperature(objective.critic, dim)
    if temperature is None or LOWEST <= temperature <= HIGHEST:
        return
    if temperature < LOWEST and cosine_temperature(objective.critic, dim) is None:
        return
    span = 2 / temperature
    at = f"at temperature {temperature:g}"
    if isinstance(objective.critic, Dot) and objective.critic.most is not None:
        at = f"at temperature {objective.critic.temperature:g} and norms up to {objective.critic.most:g}"
    what = "one sample takes the whole softmax" if temperature < LOWEST else "all samples weigh the same"
    yield Finding(
        ("objective", "critic"),
        f"{at} scores span {span:.3g} nats, so {what}",
        labels=((("objective", "marginal"), "averages over samples"),),
        help="0.05 to 1 is usual, for unit vectors",
    )
