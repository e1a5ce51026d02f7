"""# What it finds

The objective scores all pairs of the nodes of a large graph.

# Why it is bad

The marginal `unlinked` and the positive `neighbours` hold several matrices of N² numbers, the gradients among them: 1.6 GB each at 20,000
nodes, 40 GB at 100,000. With a smaller batch a step takes random nodes and the edges among them.

# Example

```yaml
extends: gmi-mean
recipes:
  default: {batch_size: 232965} # GR001
```

# Instead

```yaml
extends: gmi-mean
recipes:
  default: {batch_size: 10000}
```

# Source

Peng et al. 2020 (GMI), official code: σ(H Hᵀ) of all nodes
"""

from collections.abc import Iterator

from ssmi_dsl.diagnostics import Severity
from ssmi_dsl.rules.base import Finding, Rule
from ssmi_dsl.rules.context import RuleContext
from ssmi_dsl.terms.marginals.unlinked import Unlinked
from ssmi_dsl.terms.positives.neighbours import Neighbours

RULE = Rule(
    "GR001",
    "all-pairs-of-a-large-graph",
    Severity.WARNING,
    "The objective scores all pairs of the nodes of a large graph",
)

MOST_NODES = 20_000
BYTES = 4


def check(context: RuleContext) -> Iterator[Finding]:
    objective, nodes = context.method.objective, context.method.recipe.batch_size
    field = "marginal" if isinstance(objective.marginal, Unlinked) else "positive"
    scores_all = field == "marginal" or isinstance(objective.positive, Neighbours)
    if context.method.spec.views.graph is not None and scores_all and nodes > MOST_NODES:
        yield Finding(
            context.recipe_loc("batch_size"),
            f"each matrix of all pairs of {nodes} nodes takes {BYTES * nodes**2 / 1e9:.0f} GB",
            label=f"recipe `{context.method.recipe.name}`",
            labels=((("objective", field), "scores all pairs"),),
            help="use a smaller batch: random nodes with the edges among them",
        )
