"""# What it finds

The critic is never above zero, and the bound is largest at scores that are.

# Why it is bad

A negative distance is at most zero. Where only differences of scores count (InfoNCE, Donsker-Varadhan) that costs nothing. The spectral objective is
largest at T = p/q, relative predictive coding at (p/q - α) / (β p/q + γ), the Jensen-Shannon objective at log p/q and NWJ at 1 + log p/q, all of them positive
for pairs that belong together. The best that a distance can do is to stay near zero: for the spectral objective everywhere, which is collapse.

# Example

```yaml
extends: spectral-contrastive
objective: {critic: rbf} # DV018
```

# Instead

```yaml
extends: spectral-contrastive
objective: {critic: {dot: {most: 1.0}}}
```

# Source

HaoChen et al. 2021, section 3; Tsai et al. 2021 (RPC), section 2; Hjelm et al. 2019, eq. 4; the mutation study, benchmarks/results/mutations.md
"""

from collections.abc import Iterator

from ssmi_dsl.diagnostics import Severity
from ssmi_dsl.rules.base import Finding, Rule
from ssmi_dsl.rules.context import RuleContext
from ssmi_dsl.rules.questions import term_name
from ssmi_dsl.terms.critics.laplace import Laplace
from ssmi_dsl.terms.critics.rbf import Rbf

RULE = Rule(
    "DV018",
    "critic-never-positive",
    Severity.ERROR,
    "The critic is never above zero, and the bound is largest at scores that are",
)
LARGEST_AT = {"spectral": "p/q", "rpc": "(p/q - α) / (β p/q + γ)", "jsd": "log p/q", "nwj": "1 + log p/q"}


def check(context: RuleContext) -> Iterator[Finding]:
    objective = context.method.objective
    best = LARGEST_AT.get(type(objective.bound).name)
    if objective.marginal.kind == "estimated" and best is not None and isinstance(objective.critic, (Rbf, Laplace)):
        yield Finding(
            ("objective", "critic"),
            f"`{term_name(objective.critic)}` is never above zero, so it cannot reach the best score {best}",
            labels=((("objective", "bound"), "is largest there"),),
            help="use `cosine`, `dot` or a learned critic",
        )
