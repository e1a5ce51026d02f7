"""# What it finds

Anchor and target of a prediction from the rows above see the same pixels, for the most part.

# Why it is bad

A context predicts what lies below it from what lies above (`rows-below`). The two then tell each other what distant places of an image share only where
neither sees the other's pixels. A row of a ResNet's feature map sees far beyond its own cell, and a token of a transformer sees every patch:
the pair agrees by pixels that both have seen, and the loss falls while little is learnt. On `digits`, 30 epochs on the map of a `conv-small`, one row below,
left k-NN at 0.21, where the untrained encoder has 0.41.

Counted are the rows of pixels that the anchor's row sees and the target's row, too. More than half of them is an error. The paper's patches share a half
with those one row below. With patches that overlap more it is a warning, and where each patch is seen through a random window (`crop`)
nothing: where in a patch something lies then does not tell where it lies in the next. An anchor from which patches are hidden is left alone.

# Example

```yaml
extends: cpc
encoder: {backbone: resnet18}
objective:
  "on": {a: shared.tokens, b: shared.map}
  views: same
  bound: infonce
  critic: bilinear
  marginal: in-batch
  positive: {rows-below: {steps: 1}} # DA006
recipes: {digits: null, imagenet: null}
```

# Instead

```yaml
extends: cpc
encoder: {backbone: {patches: {of: resnet18, size: 8, stride: 4, crop: 7}}}
objective:
  "on": {a: shared.tokens, b: shared.map}
  views: same
  bound: infonce
  critic: bilinear
  marginal: in-batch
  positive: {rows-below: {steps: 1}}
recipes: {digits: null, imagenet: null}
```

# Source

van den Oord et al. 2018 (CPC), section 3.2: patches of 64 pixels, 32 from one to the next, each encoded by itself; docs/regions.md
"""

from collections.abc import Iterator

from ssmi_dsl.components.backbones import Patches, Vit
from ssmi_dsl.components.fields import row_field
from ssmi_dsl.diagnostics import Loc, Severity
from ssmi_dsl.rules.base import Finding, Rule
from ssmi_dsl.rules.context import RuleContext
from ssmi_dsl.spec.method import BranchView, Method
from ssmi_dsl.terms.positives.rows_below import RowsBelow

RULE = Rule(
    "DA006",
    "overlapping-receptive-fields",
    Severity.ERROR,
    "Anchor and target of a prediction from the rows above see the same pixels, for the most part",
)
# the share of the paper's patches
MOST = 0.5


def check(context: RuleContext) -> Iterator[Finding]:
    method = context.method
    positive, anchor = method.objective.positive, method.anchor
    if not isinstance(positive, RowsBelow) or method.objective.views != "same" or anchor.spec.input != "whole":
        return
    shared, wide = max(
        ((_shared(end, positive.steps), end) for end in (anchor, method.target)), key=lambda each: each[0]
    )
    if shared <= MOST:
        return
    below = "one row" if positive.steps == 1 else f"{positive.steps} rows"
    backbone = wide.encoder.backbone
    patches = isinstance(backbone, Patches)
    seen = "every patch" if isinstance(backbone, Vit) else f"{shared:.0%} of the pixels"
    yield Finding(
        ("objective", "positive"),
        f"a place of `{wide.name}` sees {seen} that its partner {below} below is made of",
        labels=((_written(method, wide), f"the map of `{type(backbone).name}`"),),
        help="leave a random window of each patch (`crop`), or move patches apart (`stride`)"
        if patches
        else "encode patches by themselves: `backbone: {patches: {of: ..., size: ..., stride: ...}}`",
        severity=Severity.WARNING if patches else None,
    )


def _shared(branch: BranchView, rows: int) -> float:
    """The share of pixels that two rows of the map share, `rows` apart; 0 where random windows tell them apart."""
    backbone = branch.encoder.backbone
    if isinstance(backbone, Patches) and backbone.crop is not None and backbone.crop < backbone.size:
        return 0.0
    field = row_field(branch.encoder)
    return 0.0 if field is None else field.shared(rows)


def _written(method: Method, branch: BranchView) -> Loc:
    """Where the backbone of a branch is written."""
    owner = branch.source or branch.owner
    own = method.spec.branches[owner].encoder is not None
    return ("branches", owner, "encoder", "backbone") if own else ("encoder", "backbone")
