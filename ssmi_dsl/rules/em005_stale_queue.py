"""# What it finds

A queue holds keys that are older than the memory of the target, or keys without any momentum.

# Why it is bad

Keys of one queue must come from nearly the same network. The oldest is K/N steps old; a target with momentum m averages over 1/(1 - m)
steps. With m = 0 on a target of its own the keys follow every step of the encoder, which fails (an error); a queue of tied keys has the
same drift (a warning).

Keys older than the memory of the target are a warning, and beyond 26 times that memory an error: the oldest with which the paper's ablation trained
are 256 steps old at a momentum of 0.9, and lost four points.

# Example

```yaml
extends: moco-v2
branches:
  key: {update: {ema: {momentum: 0.9}}} # EM005
```

# Instead

```yaml
extends: moco-v2
branches:
  key: {update: {ema: {momentum: 0.999}}}
```

# Source

He et al. 2020 (MoCo), section 4.1, ablation of the momentum
"""

from collections.abc import Iterator

from ssmi_dsl.caps import horizon
from ssmi_dsl.diagnostics import Loc, Severity
from ssmi_dsl.fixes import Applicability, Fix, set_value
from ssmi_dsl.rules.base import Finding, Rule
from ssmi_dsl.rules.context import RuleContext
from ssmi_dsl.terms.marginals.queue import Queue

# a target that keeps less of itself in a step is nearly its source
LEAST_MOMENTUM = 0.5
# age of the oldest key over the memory of the target: 65536 / 256 steps at momentum 0.9, the ablation of the paper
OLDEST_TRIED = 26

RULE = Rule(
    "EM005",
    "stale-queue",
    Severity.WARNING,
    "A queue holds keys that are older than the memory of the target, or keys without any momentum",
)


def check(context: RuleContext) -> Iterator[Finding]:
    method = context.method
    marginal, target = method.objective.marginal, method.target
    if not isinstance(marginal, Queue):
        return
    age = marginal.size / method.recipe.batch_size
    holder = (("objective", "marginal"), f"its oldest keys are {age:.0f} steps old")
    if target.ema is None:
        if method.is_tied and target.name != method.anchor.name:
            message = f"the queue holds keys of the encoder itself, up to {age:.0f} steps old, without a slow target"
            help = "give the target `update: {ema: {momentum: 0.999}}`"
            yield Finding(
                ("branches", target.name, "of"), message, labels=(holder,), help=help, severity=Severity.ERROR
            )
        return
    momentum = target.ema.momentum
    loc = ("branches", target.name, "update", "ema", "momentum")
    if 0 <= momentum < LEAST_MOMENTUM:
        memory = (
            "no momentum" if momentum == 0 else f"a momentum of {momentum:g}, which keeps less than half of it a step"
        )
        message = f"the queue holds keys of {age:.0f} steps, and the target has {memory}"
        yield Finding(loc, message, labels=(holder,), help="use 0.999", fix=_slower(loc, age), severity=Severity.ERROR)
    elif momentum < 1 and age > horizon(momentum):
        yield Finding(
            loc,
            f"keys are up to {age:.0f} steps old, and the target averages over {horizon(momentum):.0f} steps",
            labels=(holder,),
            help=f"raise the momentum above {1 - 1 / age:.4g}, or shorten the queue",
            fix=_slower(loc, age),
            severity=Severity.ERROR if age > OLDEST_TRIED * horizon(momentum) else None,
        )


def _slower(loc: Loc, age: float) -> Fix | None:
    """The fastest of the usual momenta that remembers as long as the queue."""
    enough = next((m for m in (0.99, 0.999, 0.9999) if horizon(m) >= age), None)
    if enough is None:
        return None
    return Fix(f"set `momentum: {enough:g}`", Applicability.UNSAFE, (set_value(loc, enough),))
