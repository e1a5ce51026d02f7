"""# What it finds

The objective relates views of a sample, and the spec has one. Objectives with `views: same` relate two outputs of one view and need no other; local
views are others, masks are none.

# Why it is bad

The joint term is the agreement of views. With a single one there is nothing to agree with, and only the marginal term is left.

# Example

```yaml
extends: jmi
views: {count: 1} # BS011
```

# Instead

```yaml
extends: jmi
views: {count: 2}
```

# Source

definition of the joint term; Yerxa et al. 2023 (MMCR): centroids of at least two views
"""

from collections.abc import Iterator

from ssmi_dsl.diagnostics import Severity
from ssmi_dsl.rules.base import Finding, Rule
from ssmi_dsl.rules.context import RuleContext

RULE = Rule(
    "BS011", "missing-second-view", Severity.ERROR, "The objective relates views of a sample, and the spec has one"
)


def check(context: RuleContext) -> Iterator[Finding]:
    method = context.method
    views = method.spec.views
    # of views with modalities SY011 speaks: there are as many as modalities
    others = (views.local, views.mask, views.split, views.graph, views.modalities)
    relates = method.objective.views != "same"
    # masks tell branches apart that see one view, but only of pairs that meet
    if not method.pairs or (views.count < 2 and relates and all(other is None for other in others)):
        yield Finding(
            ("views", "count"),
            "a spec of one view has no joint term: there is no pair of views",
            labels=((("objective", "bound"), "relates two views"),),
            help="set `count: 2`",
        )
