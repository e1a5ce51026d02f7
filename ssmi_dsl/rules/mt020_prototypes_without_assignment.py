"""# What it finds

The critic is the cross-entropy of assignments, and the marginal term assigns nothing.

# Why it is bad

T(a, q) = Σ_k q_k log p_k(a) is a cross-entropy while q is a distribution. The embeddings or scores that a target gives without an assignment are none:
where q_k is negative, T rises without end as p_k goes to zero, and where q has no sum to keep, T grows with the norm of the target. What the
objective then asks for is one direction, the same for all images.

# Example

```yaml
extends: smog
objective: {marginal: predictor} # MT020
lint: null
recipes: {imagenet: null, digits: null}
```

# Instead

```yaml
extends: smog
objective: {marginal: {groups: {count: 300}}}
```

# Source

Caron et al. 2020 (SwAV), eq. 2: cross-entropy of codes and softmax; the mutation study, benchmarks/results/mutations.md
"""

from collections.abc import Iterator

from ssmi_dsl.diagnostics import Severity
from ssmi_dsl.rules.base import Finding, Rule
from ssmi_dsl.rules.context import RuleContext
from ssmi_dsl.rules.questions import assigns, term_name
from ssmi_dsl.terms.critics.prototypes import Prototypes

RULE = Rule(
    "MT020",
    "prototypes-without-assignment",
    Severity.ERROR,
    "The critic is the cross-entropy of assignments, and the marginal term assigns nothing",
)


def check(context: RuleContext) -> Iterator[Finding]:
    objective = context.method.objective
    marginal = objective.marginal
    # of no marginal at all MT001 speaks
    if isinstance(objective.critic, Prototypes) and marginal.kind != "none" and not assigns(marginal):
        yield Finding(
            ("objective", "marginal"),
            f"`{term_name(marginal)}` assigns nothing, and the critic `prototypes` reads assignments",
            labels=((("objective", "critic"), "a cross-entropy with what targets are assigned to"),),
            help="use `sinkhorn`, `center-sharpen`, or another critic",
        )
