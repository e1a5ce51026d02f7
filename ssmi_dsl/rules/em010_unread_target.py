"""# What it finds

A branch follows another one by EMA or is a frozen copy of it, and the objective does not read it; or a branch has weights of its own that no
objective reads.

# Why it is bad

The target costs memory, one that follows an update in every step, and changes nothing; the method that was meant reads it. Weights that no
objective reads are given to the optimiser and never receive a gradient (GF002).

# Example

```yaml
extends: byol
branches:
  target: {update: {ema: {momentum: 0.99}}} # EM010
objective: {on: {a: online, b: online}}
recipes: {digits: null}
```

# Instead

```yaml
extends: byol
objective: {on: {a: online, b: target}}
```

# Source

several public implementations keep an EMA network that nothing consumes; the mutation study, benchmarks/results/mutations.md
"""

from collections.abc import Iterator

from ssmi_dsl.diagnostics import Severity
from ssmi_dsl.fixes import Applicability, Fix, set_value
from ssmi_dsl.rules.base import Finding, Rule
from ssmi_dsl.rules.context import RuleContext
from ssmi_dsl.spec.method import Method, Sharing

RULE = Rule(
    "EM010",
    "unread-target",
    Severity.ERROR,
    "A branch follows another one by EMA or is a frozen copy, and the objective does not read it",
)


def check(context: RuleContext) -> Iterator[Finding]:
    method = context.method
    read = (method.anchor.name, method.target.name)
    for branch in method.branches:
        if branch.sharing in (Sharing.EMA, Sharing.FROZEN) and branch.name not in read:
            does = "follows" if branch.sharing is Sharing.EMA else "is a frozen copy of"
            where = ("objective", "on") if method.objective.on is not None else ("objective",)
            yield Finding(
                ("branches", branch.name, "update"),
                f"branch `{branch.name}` {does} `{branch.source}`, but the objective reads only {_listed(read)}",
                labels=((where, "what is read"),),
                help=f"read it: `objective: {{on: {{a: {method.anchor.name}, b: {branch.name}}}}}`, or remove the branch",
                fix=_read_it(method, branch.name),
            )
    owners = {end.owner for view in method.objectives for end in (view.anchor, view.target)}
    sources = {branch.source for branch in method.branches}
    for branch in method.branches:
        if branch.sharing is Sharing.OWN and branch.name not in owners | sources:
            yield Finding(
                ("branches", branch.name),
                f"branch `{branch.name}` has weights of its own, and no objective reads it",
                of="key",
                help="read it in `on`, or remove the branch",
            )


def _read_it(method: Method, name: str) -> Fix | None:
    """Read it in the place of the target, where one branch is read twice."""
    if method.objective.on is None or method.anchor.name != method.target.name:
        return None
    return Fix(f"read `{name}` as the target", Applicability.SAFE, (set_value(("objective", "on", "b"), name),))


def _listed(names: tuple[str, ...]) -> str:
    return " and ".join(f"`{name}`" for name in dict.fromkeys(names))
