"""# What it finds

Relative predictive coding has a β or a γ that is not positive.

# Why it is bad

β and γ weigh the squares that keep the critic in [-α/γ, 1/β]. Without one of them the objective has no finite optimum.

# Example

```yaml
extends: jmi
objective: {bound: {rpc: {beta: 0.0}}} # DV012
```

# Instead

```yaml
extends: jmi
objective: {bound: {rpc: {beta: 0.001}}}
```

# Source

Tsai et al. 2021 (RPC, 2103.11275), section 2.2
"""

from collections.abc import Iterator

from ssmi_dsl.diagnostics import Severity
from ssmi_dsl.rules.base import Finding, Rule
from ssmi_dsl.rules.context import RuleContext
from ssmi_dsl.terms.bounds.rpc import Rpc

RULE = Rule(
    "DV012",
    "unbounded-relative-coding",
    Severity.ERROR,
    "Relative predictive coding has a β or a γ that is not positive",
)


def check(context: RuleContext) -> Iterator[Finding]:
    bound = context.method.objective.bound
    if isinstance(bound, Rpc):
        for key, usual in (("beta", "0.001"), ("gamma", "1")):
            value = getattr(bound, key)
            if value <= 0:
                yield Finding(
                    ("objective", "bound", "rpc", key),
                    f"with `{key}: {value:g}` the objective has no finite optimum",
                    help=f"the paper uses `{key}: {usual}` on CIFAR-10",
                )
