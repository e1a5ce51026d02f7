"""# What it finds

A predictor method has no normalisation in backbone, projector or predictor.

# Why it is bad

With the usual initialisation such methods are reported to do no better than random: the normalisation keeps the scale of the features while
the predictor is still far from its optimum. Batch statistics are not what counts: group norm with weight standardisation serves as well.

# Example

```yaml
extends: byol
encoder: {backbone: {mlp: {widths: [256, 256]}}} # PR008
branches:
  online: {projector: {mlp: {widths: [512, 256], norm: none}}, predictor: {mlp: {widths: [512, 256], norm: none}}}
```

# Instead

```yaml
extends: byol
encoder: {backbone: {mlp: {widths: [256, 256]}}}
branches:
  online: {projector: {mlp: [512, 256]}, predictor: {mlp: [512, 256]}}
```

# Source

Fetterman & Albrecht 2020; Richemond et al. 2020 (2010.10241)
"""

from collections.abc import Iterator

from ssmi_dsl.components.heads import MlpHead
from ssmi_dsl.diagnostics import Severity
from ssmi_dsl.fixes import Applicability, Fix, set_value
from ssmi_dsl.rules.base import Finding, Rule
from ssmi_dsl.rules.context import RuleContext
from ssmi_dsl.rules.questions import has_batch_norm
from ssmi_dsl.spec.method import BranchView

RULE = Rule(
    "PR008",
    "network-without-norm",
    Severity.WARNING,
    "A predictor method has no normalisation in backbone, projector or predictor",
)


def check(context: RuleContext) -> Iterator[Finding]:
    method = context.method
    anchor = method.anchor
    if method.paradigm == "sdmi" and anchor.predictor is not None and not method.has_true_marginal:
        if has_batch_norm(anchor) is False:
            heads = [part for part in ("projector", "predictor") if getattr(anchor.spec, part) is not None]
            yield Finding(
                ("encoder", "backbone"),
                "neither the backbone nor a head normalises, and the predictor alone stands for the marginal term",
                labels=tuple((("branches", anchor.name, part), "no norm here either") for part in heads),
                help="set `norm: batch` in projector and predictor",
                fix=_normalise(anchor),
            )


def _normalise(anchor: BranchView) -> Fix | None:
    """Batch norm in the hidden layers of the branch's own heads."""
    heads = (("projector", anchor.spec.projector), ("predictor", anchor.spec.predictor))
    parts = [part for part, head in heads if isinstance(head, MlpHead) and len(head.widths) > 1]
    changes = tuple(set_value(("branches", anchor.name, part, "mlp", "norm"), "batch") for part in parts)
    return Fix("normalise the hidden layers", Applicability.UNSAFE, changes) if changes else None
