"""# What it finds

Both sides of a pair are the same view, seen in the same way by the same parameters.

# Why it is bad

The pair agrees by construction: its joint term is constant, and the anchor learns nothing from it. Pairs of one view are good where the sides
differ: an anchor that does not see hidden patches, places against the whole, or a place against another below it.

# Example

```yaml
extends: byol
objective: {views: same} # DA003
```

# Instead

```yaml
extends: byol
objective: {views: other}
```

# Source

Caron et al. 2020 (SwAV) and Caron et al. 2021 (DINO): pairs leave out the view itself
"""

from collections.abc import Iterator

from ssmi_dsl.components.backbones import Timm
from ssmi_dsl.diagnostics import Severity
from ssmi_dsl.fixes import Applicability, Fix, set_value
from ssmi_dsl.rules.base import Finding, Rule
from ssmi_dsl.rules.context import RuleContext
from ssmi_dsl.spec.method import TOKEN_OUTPUTS, BranchView
from ssmi_dsl.terms.marginals.koleo import KoLeo

RULE = Rule(
    "DA003",
    "same-view-twice",
    Severity.ERROR,
    "Both sides of a pair are the same view, seen in the same way by the same parameters",
)


def check(context: RuleContext) -> Iterator[Finding]:
    method = context.method
    view, anchor, target = method.objectives[method.focus], method.anchor, method.target
    # a node meets other nodes of its view, or a summary of them
    if view.spec.marginal.needs_graph or view.spec.positive.needs_graph:
        return
    # without a joint term no pair is compared; a network of timm may drop units at random
    if view.spec.views != "same" or isinstance(view.spec.marginal, KoLeo) or isinstance(anchor.encoder.backbone, Timm):
        return
    if view.spec.positive.other_place:
        return
    are_tokens = (view.anchor_output in TOKEN_OUTPUTS, view.target_output in TOKEN_OUTPUTS)
    if anchor.spec.input == target.spec.input and are_tokens[0] == are_tokens[1] and _follows(target, anchor):
        yield Finding(
            ("objective", "views"),
            f"anchor `{anchor.name}` and target `{target.name}` get the same view of a sample, and see it in the same way",
            labels=((("branches", target.name), "the parameters of the anchor, or their followers"),),
            help="set `views: other`, or hide patches from the anchor (`views.mask`, `input: masked`)",
            fix=Fix("set `views: other`", Applicability.UNSAFE, (set_value(("objective", "views"), "other"),)),
        )


def _follows(target: BranchView, anchor: BranchView) -> bool:
    """Whether the target applies the anchor's parameters, or an average of their past."""
    return target.owner == anchor.owner or target.source == anchor.owner
