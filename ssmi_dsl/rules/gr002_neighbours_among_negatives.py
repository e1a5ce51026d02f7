"""# What it finds

Negatives of a graph's nodes may be their neighbours.

# Why it is bad

Neighbouring nodes share their features by construction; as negatives they tell the encoder to separate what the topology term joins.

# Example

```yaml
extends: gmi-mean
lint: {ignore: []}
objective:
  - "on": {a: nodes, b: raw}
    views: same
    bound: jsd
    critic: bilinear
    marginal: permutation # GR002
```

# Instead

```yaml
extends: gmi-mean
lint: {ignore: []}
objective:
  - "on": {a: nodes, b: raw}
    views: same
    bound: jsd
    critic: bilinear
    marginal: {permutation: {exclude_neighbours: true}}
```

# Source

Peng et al. 2020 (GMI), official code: only the node itself is excluded
"""

from collections.abc import Iterator

from ssmi_dsl.diagnostics import Severity
from ssmi_dsl.fixes import Applicability, Fix, set_value
from ssmi_dsl.rules.base import Finding, Rule
from ssmi_dsl.rules.context import RuleContext
from ssmi_dsl.terms.marginals.permutation import Permutation

RULE = Rule(
    "GR002", "neighbours-among-negatives", Severity.INFO, "Negatives of a graph's nodes may be their neighbours"
)


def check(context: RuleContext) -> Iterator[Finding]:
    method = context.method
    marginal = method.objective.marginal
    if method.spec.views.graph is not None and isinstance(marginal, Permutation) and not marginal.exclude_neighbours:
        yield Finding(
            ("objective", "marginal"),
            "a node may meet its own neighbours as negatives",
            labels=((("views", "graph"), "nodes of a graph"),),
            help="set `exclude_neighbours: true`",
            fix=Fix(
                "exclude neighbours",
                Applicability.SAFE,
                (set_value(("objective", "marginal", "permutation", "exclude_neighbours"), True),),
            ),
        )
