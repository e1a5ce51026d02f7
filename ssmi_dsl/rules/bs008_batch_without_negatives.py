"""# What it finds

The objective, or a batch norm, needs other samples of the batch, and there are none or too few.

# Why it is bad

A batch of one has no negative, no variance and no covariance: the marginal term is undefined, and so is the variance by which the batch norm
of a head divides. A batch of two has one pair of different samples:

* a covariance over two samples has rank one, and every correlation in it is 1 or -1;
* InfoNCE with one negative ends at log 2 = 0.69 nats;
* where views are aligned, T(a₁,b₂) = T(a₂,b₁), and the logarithm of the mean of their exponentials is T itself: Donsker-Varadhan is then
  E_p T - E_q T, which is largest where all embeddings lie on one line. Uniformity ends there, too;
* a batch norm of a head divides the difference of two samples by itself: each feature is 1 for one and -1 for the other, whatever they are. No
  gradient passes, and what lies in front of it keeps its random weights.

An incomplete last batch is always dropped, so no run meets one by accident.

# Example

```yaml
extends: jmi
recipes:
  default: {batch_size: 1} # BS008
```

# Instead

```yaml
extends: jmi
recipes:
  default: {batch_size: 256}
```

# Source

definition of the marginal term; the mutation study, benchmarks/results/mutations.md
"""

from collections.abc import Iterator

from ssmi_dsl.components.heads import MlpHead
from ssmi_dsl.diagnostics import Loc, Severity
from ssmi_dsl.rules.base import Finding, Rule
from ssmi_dsl.rules.context import RuleContext
from ssmi_dsl.rules.questions import couples_the_batch
from ssmi_dsl.spec.method import TOKEN_OUTPUTS, BranchView, Method

RULE = Rule(
    "BS008",
    "batch-without-negatives",
    Severity.ERROR,
    "The objective, or a batch norm, needs other samples of the batch, and there are none or too few",
)


def check(context: RuleContext) -> Iterator[Finding]:
    method = context.method
    seen = method.recipe.batch_of_objective
    if seen < 2 and couples_the_batch(method):
        yield Finding(
            context.recipe_loc("batch_size"),
            f"recipe `{method.recipe.name}` gives the objective one image at a time, so no pair of samples exists",
            labels=((("objective", "marginal"), "this term needs at least 2"),),
            help="use a larger batch",
        )
        return
    if seen == 2 and couples_the_batch(method):
        yield Finding(
            context.recipe_loc("batch_size"),
            f"recipe `{method.recipe.name}` gives the objective two images, and so one pair of different samples",
            labels=((("objective", "marginal"), "what it says of the batch rests on that pair"),),
            help="use a larger batch",
        )
        return
    hardware = method.recipe.hardware
    shares = 1 if hardware.batch_norm == "synchronized" else hardware.devices
    images = method.recipe.batch_size // (shares * hardware.gradient_accumulation)
    if images > 2:
        return
    normed = next((place for branch in _of_images(method) if (place := _normed_head(branch)) is not None), None)
    if normed is None:
        return
    rows = images * (method.spec.views.total if method.spec.views.encode == "together" else 1)
    if images < 2:
        yield Finding(
            context.recipe_loc("batch_size"),
            f"recipe `{method.recipe.name}` gives a batch norm one image at a time, which has no variance",
            labels=((normed, "this head has batch norm"),),
            help="use a larger batch, or heads with `norm: none`",
        )
    elif rows == 2:
        yield Finding(
            context.recipe_loc("batch_size"),
            f"recipe `{method.recipe.name}` gives a batch norm two images at a time, of which every feature becomes 1 or -1",
            labels=((normed, "no gradient passes the norm of this head"),),
            help="use a larger batch, or heads with `norm: none`",
        )


def _of_images(method: Method) -> tuple[BranchView, ...]:
    """Branches of which an objective reads one row for each image; batch norm of tokens has places, too."""
    ends = [(v.anchor, v.anchor_output) for v in method.objectives] + [
        (v.target, v.target_output) for v in method.objectives
    ]
    read = {
        owner
        for branch, output in ends
        if output not in TOKEN_OUTPUTS
        for owner in (branch.name, branch.owner, branch.source)
    }
    return tuple(branch for branch in method.branches if branch.name in read)


def _normed_head(branch: BranchView) -> Loc | None:
    """Where a head with batch norm is written; its features have no places over which a statistic could be taken instead."""
    for key, head in (("projector", branch.spec.projector), ("predictor", branch.predictor)):
        if isinstance(head, MlpHead) and ((head.norm == "batch" and len(head.widths) > 1) or head.last_norm != "none"):
            return ("branches", branch.name, key)
    return None
