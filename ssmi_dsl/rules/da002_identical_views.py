"""# What it finds

Both views of a sample are the same.

# Why it is bad

With X₁ = X₂ the joint term is maximal for any encoder, and mutual information is the entropy of the representation: nothing tells what to
keep and what to ignore.

# Example

```yaml
extends: jmi
views: {augment: none} # DA002
```

# Instead

```yaml
extends: jmi
views: {augment: simclr}
```

# Source

Tian et al. 2020 (2005.10243), what makes for good views
"""

from collections.abc import Iterator

from ssmi_dsl.components.augment import resolve_augment
from ssmi_dsl.components.augment_operations import (
    ColorJitter,
    GaussianBlur,
    GaussianNoise,
    Grayscale,
    HorizontalFlip,
    RandomAffine,
    RandomResizedCrop,
    Solarize,
)
from ssmi_dsl.components.backbones import Timm
from ssmi_dsl.components.datasets import DATASETS
from ssmi_dsl.diagnostics import Severity
from ssmi_dsl.rules.base import Finding, Rule
from ssmi_dsl.rules.context import RuleContext

RULE = Rule("DA002", "identical-views", Severity.ERROR, "Both views of a sample are the same")


def check(context: RuleContext) -> Iterator[Finding]:
    method = context.method
    views = method.spec.views
    if views.count < 2:
        return
    first = resolve_augment(views.augment, 0)
    if not all(_is_fixed(op) for _, op in first) or first != resolve_augment(views.augment, 1):
        return
    others = (views.local, views.mask, views.split, views.modalities, views.graph)
    # pairs bring two views of their own, and a network of timm may drop units at random
    has_pairs = any(info.kind == "pairs" and info.recipe in method.spec.recipes for info in DATASETS.values())
    is_random = any(isinstance(branch.encoder.backbone, Timm) for branch in method.branches)
    if not has_pairs and not is_random and all(other is None for other in others):
        yield Finding(
            ("views", "augment"),
            "nothing in this augmentation is random, so both views of a sample are the same",
            labels=((("objective", "bound"), "relates the two views"),),
            help="name a preset such as `simclr`, or random operations",
        )


def _is_fixed(op: object) -> bool:
    """Whether the operation does the same to every view."""
    match op:
        case RandomResizedCrop():
            return op.scale == (1.0, 1.0) and op.ratio == (1.0, 1.0)
        case RandomAffine():
            return op.degrees == op.translate == op.shear == 0 and op.scale[0] == op.scale[1]
        case ColorJitter():
            return op.p == 0 or op.brightness == op.contrast == op.saturation == op.hue == 0
        case GaussianBlur():
            return op.p == 0 or (op.p == 1 and op.sigma[0] == op.sigma[1])
        case HorizontalFlip() | Grayscale() | Solarize():
            return op.p in (0, 1)
        case GaussianNoise():
            return op.std == 0
        case _:
            return True
