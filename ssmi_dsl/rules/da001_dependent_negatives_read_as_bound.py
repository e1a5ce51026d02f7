"""# What it finds

Negatives come from the same sample, and the value is read as a bound on mutual information.

# Why it is bad

The bounds need independent samples. Patches of one image or neighbouring times share what is common to the sample: estimates then exceed
the truth, as 0.0204 nats do in the published counter-example. As a training objective it may well be good.

# Example

```yaml
extends: jmi
objective: {marginal: {permutation: {over: places}}, target_nats: 2.0} # DA001
```

# Instead

```yaml
extends: jmi
objective: {marginal: {permutation: {over: samples}}, target_nats: 2.0}
```

# Source

Tschannen et al. 2020 (1907.13625), section 4 and the official notebook
"""

from collections.abc import Iterator

from ssmi_dsl.diagnostics import Severity
from ssmi_dsl.rules.base import Finding, Rule
from ssmi_dsl.rules.context import RuleContext
from ssmi_dsl.rules.questions import shows_nats
from ssmi_dsl.terms.marginals.permutation import Permutation

RULE = Rule(
    "DA001",
    "dependent-negatives-read-as-bound",
    Severity.WARNING,
    "Negatives come from the same sample, and the value is read as a bound on mutual information",
)


def check(context: RuleContext) -> Iterator[Finding]:
    method = context.method
    marginal = method.objective.marginal
    if isinstance(marginal, Permutation) and marginal.over == "places" and shows_nats(method):
        asked = method.objective.target_nats is not None
        where = ("objective", "target_nats") if asked else ("evaluate", "mutual_information", "report")
        yield Finding(
            ("objective", "marginal", "permutation", "over"),
            "negatives are places of the same sample, so the value is no bound on mutual information",
            labels=((where, "reads it as one"),),
            help="take negatives from other samples, or do not read the value in nats",
        )
