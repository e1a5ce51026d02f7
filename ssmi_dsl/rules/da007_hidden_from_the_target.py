"""# What it finds

The target does not see the patches that its mask hides, the anchor sees another view whole, and the objective compares hidden places.

# Why it is bad

Of two views the hidden places are those of the anchor's mask, since the anchor is to predict them. An anchor that sees everything predicts nothing, and
the target, whose own mask hides other places, is read where it mostly sees: what agreement is left asks for embeddings that vary little. Of one view
(`views: same`) there is one mask, and the order of the ends does not matter.

# Example

```yaml
extends: data2vec
views: {count: 2, augment: [{color-jitter: {brightness: 0.8, contrast: 0.8}}]}
objective: {views: other, on: {a: teacher.hidden, b: student.hidden}} # DA007
recipes: {cifar10: null, imagenet: null, digits: null}
```

# Instead

```yaml
extends: data2vec
views: {count: 2, augment: [{color-jitter: {brightness: 0.8, contrast: 0.8}}]}
objective: {views: other, on: {a: student.hidden, b: teacher.hidden}}
recipes: {cifar10: null, imagenet: null, digits: null}
```

# Source

Baevski et al. 2022 (data2vec), section 3.2: the student predicts what is masked in its own input; the mutation study,
benchmarks/results/mutations.md
"""

from collections.abc import Iterator

from ssmi_dsl.diagnostics import Severity
from ssmi_dsl.fixes import Applicability, Fix, set_value
from ssmi_dsl.rules.base import Finding, Rule
from ssmi_dsl.rules.context import RuleContext

RULE = Rule(
    "DA007",
    "hidden-from-the-target",
    Severity.ERROR,
    "Hidden places are those of an anchor that sees its view whole, and the target has a mask of its own",
)


def check(context: RuleContext) -> Iterator[Finding]:
    method = context.method
    view, anchor, target = method.objectives[method.focus], method.anchor, method.target
    if view.spec.views != "other" or view.spec.on is None or view.target_output != "hidden":
        return
    if anchor.spec.input != "whole" or target.spec.input == "whole":
        return
    loc = ("objective", "on")
    yield Finding(
        loc,
        f"hidden places are those of `{anchor.name}`, which sees its view whole; `{target.name}` sees another view with a mask of its own",
        labels=((("branches", target.name, "input"), "this branch does not see what is hidden"),),
        help=f"take `{target.name}` for the anchor: it predicts what it does not see",
        fix=Fix(
            "exchange the ends",
            Applicability.UNSAFE,
            (set_value(loc, {"a": view.spec.on.b, "b": view.spec.on.a}),),
        ),
    )
