"""# What it finds

Targets are assignments, and the critic has no softmax over prototypes.

# Why it is bad

An assignment says which prototypes a target belongs to. The critic `prototypes` compares it with a softmax of the anchor's scores, so that a score
that rises takes from all others. Without the softmax nothing competes: the mean score under the assignment is largest when all embeddings move to
where scores are high together, and the marginal term, which lives in the assignment alone, has no gradient to prevent it.

# Example

```yaml
extends: swav
objective: {critic: dot} # MT018
```

# Instead

```yaml
extends: swav
objective: {critic: {prototypes: {temperature: 0.1}}}
```

# Source

Caron et al. 2020 (SwAV), eq. 2: cross-entropy of codes and softmax; the mutation study, benchmarks/results/mutations.md
"""

from collections.abc import Iterator

from ssmi_dsl.diagnostics import Severity
from ssmi_dsl.fixes import Applicability, Fix, set_value
from ssmi_dsl.rules.base import Finding, Rule
from ssmi_dsl.rules.context import RuleContext
from ssmi_dsl.rules.questions import term_name
from ssmi_dsl.terms.base import Assignment
from ssmi_dsl.terms.critics.prototypes import Prototypes

RULE = Rule(
    "MT018",
    "assignment-without-softmax",
    Severity.ERROR,
    "Targets are assignments, and the critic has no softmax over prototypes",
)


def check(context: RuleContext) -> Iterator[Finding]:
    objective = context.method.objective
    if isinstance(objective.marginal, Assignment) and not isinstance(objective.critic, Prototypes):
        yield Finding(
            ("objective", "critic"),
            f"`{term_name(objective.critic)}` has no softmax, so no prototype competes with another",
            labels=((("objective", "marginal"), "assigns targets to prototypes"),),
            help="use `prototypes: {temperature: 0.1}`",
            fix=Fix(
                "set `critic: prototypes`", Applicability.UNSAFE, (set_value(("objective", "critic"), "prototypes"),)
            ),
        )
