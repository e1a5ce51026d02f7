"""# What it finds

Every branch of the objective that could move is held constant in the same step.

# Why it is bad

No gradient reaches any parameter. A target that follows another branch does not count as one that moves: its only rule is its update, and a
stop-gradient on its source instead of on itself leaves nothing to learn.

# Example

```yaml
extends: byol
branches:
  online: {stop_gradient: true} # SD003
```

# Instead

```yaml
extends: byol
branches:
  online: {stop_gradient: false}
```

# Source

follows from the definition of the step
"""

from collections.abc import Iterator

from ssmi_dsl.diagnostics import Severity
from ssmi_dsl.rules.base import Finding, Rule
from ssmi_dsl.rules.context import RuleContext
from ssmi_dsl.rules.questions import assigns
from ssmi_dsl.terms.positives.nearest_neighbour import NearestNeighbour

RULE = Rule(
    "SD003",
    "stop-gradient-everywhere",
    Severity.ERROR,
    "Every branch of the objective that could move is held constant in the same step",
)


def check(context: RuleContext) -> Iterator[Finding]:
    method = context.method
    anchor, target = method.anchor, method.target
    for phase in method.phases:
        if {anchor.name, target.name} <= phase.stopped:
            yield Finding(
                ("branches", anchor.name, "stop_gradient"),
                f"both branches are constant in the {phase.name}, so nothing is learnt",
                labels=((("branches", target.name, "stop_gradient"), "and so is this one"),),
                help="remove `stop_gradient` from the branch that should move",
            )
            return
        stored = isinstance(method.objective.positive, NearestNeighbour)
        if anchor.name in phase.stopped and (stored or assigns(method.objective.marginal)):
            yield Finding(
                ("branches", anchor.name, "stop_gradient"),
                f"`{anchor.name}` is constant in the {phase.name}, and so are targets that are assigned or stored",
                labels=((("objective", "positive" if stored else "marginal"), "a constant of the loss"),),
                help=f"put `stop_gradient` on `{target.name}` instead",
            )
            return
        follows = any(method.branch(name).source is not None for name in phase.moves)  # SD008 says it
        if len(method.phases) > 1 and set(phase.moves) <= phase.stopped and not follows:
            (name, *_) = phase.moves
            yield Finding(
                ("optimize", "blocks") if method.spec.optimize.blocks else ("branches", name, "stop_gradient"),
                f"the {phase.name} is to move `{name}`, which is constant in it, so nothing is learnt",
                labels=((("branches", name, "stop_gradient"), "constant in this step"),),
                help="the E-step moves the first of `blocks`, the M-step the second",
            )
            return
        if anchor.name in phase.stopped and target.source == anchor.name:
            yield Finding(
                ("branches", anchor.name, "stop_gradient"),
                f"`{anchor.name}` is constant in the {phase.name}, and `{target.name}` only follows it, so nothing is learnt",
                labels=((("branches", target.name, "update"), "this branch moves by its update alone"),),
                help=f"put `stop_gradient` on `{target.name}` instead",
            )
            return
