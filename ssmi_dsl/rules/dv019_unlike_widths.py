"""# What it finds

The critic compares embeddings of one width, and the two sides give two.

# Why it is bad

A cosine, a product or a distance of two vectors needs as many numbers on one side as on the other. The usual cause is a predictor that ends in another
width than the projector of the target, whose embedding it predicts. The compiler refuses such a method; a bilinear critic
compares what differs in width.

# Example

```yaml
extends: byol
branches: {online: {predictor: {mlp: [4096, 128]}}} # DV019
```

# Instead

```yaml
extends: byol
branches: {online: {predictor: {mlp: [4096, 256]}}}
```

# Source

Grill et al. 2020 (BYOL), section 3: the prediction is compared with the target's projection
"""

from collections.abc import Iterator

from ssmi_dsl.components.backbones import Identity, num_features
from ssmi_dsl.diagnostics import Loc, Severity
from ssmi_dsl.rules.base import Finding, Rule
from ssmi_dsl.rules.context import RuleContext
from ssmi_dsl.rules.questions import term_name
from ssmi_dsl.spec.method import BranchView, Method, OutputName
from ssmi_dsl.spec.recipe import data_of_recipe
from ssmi_dsl.spec.widths import width_at

RULE = Rule(
    "DV019",
    "unlike-widths",
    Severity.ERROR,
    "The critic compares embeddings of one width, and the two sides give two",
)


def check(context: RuleContext) -> Iterator[Finding]:
    method = context.method
    view = method.objectives[method.focus]
    if view.spec.critic.two_widths or view.spec.marginal.needs_hidden or _has_another_fault(view.target):
        return
    a = width_at(view.anchor, view.anchor_output, _features(method, view.anchor))
    b = width_at(view.target, view.target_output, _features(method, view.target))
    if a is None or b is None or a == b:
        return
    head = _last_head(view.anchor, view.anchor_output)
    critic: Loc = ("objective", "critic")
    name = term_name(view.spec.critic)
    yield Finding(
        head or critic,
        f"`{name}` compares embeddings of one width: `{view.anchor.name}` gives {a} numbers and `{view.target.name}` {b}",
        labels=((critic, f"`{name}`"),) if head else (),
        help=f"let both end in {b}, or take the critic `bilinear`, which learns to compare two widths",
    )


def _has_another_fault(target: BranchView) -> bool:
    """Whether other rules refuse a head of the target, or a target that goes on without its source (SD004 to SD006, PR003, EM009, SD009)."""
    adrift = target.spec.stop_gradient and target.spec.of is None
    return target.predictor is not None or adrift or (target.ema is not None and target.spec.projector is not None)


def _features(method: Method, branch: BranchView) -> int | None:
    """Of a backbone that only hands nodes on, those of the graph that the recipe is for."""
    if isinstance(branch.encoder.backbone, Identity) and method.spec.views.graph is not None:
        data = data_of_recipe(method.recipe.name, of_graphs=True)
        return None if data is None or data.graph is None else data.graph.features
    return num_features(branch.encoder)


def _last_head(branch: BranchView, output: OutputName) -> Loc | None:
    """Where the head that gives `output` is written; None where the branch takes it from another."""
    if output in ("prediction", "output") and branch.spec.predictor is not None:
        return ("branches", branch.name, "predictor")
    written = branch.spec.projector is not None and output in ("projection", "output")
    return ("branches", branch.name, "projector") if written else None
