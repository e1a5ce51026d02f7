"""# What it finds

A term that lives on the unit sphere is given embeddings that are not normalised.

# Why it is bad

The term sees unit vectors only, and the critic sees the norm as well: growing or shrinking the norm then lowers the loss without end, and no
term answers.

# Example

```yaml
extends: vicreg
objective: {critic: dot, marginal: uniformity} # MT004
recipes: {imagenet: null}
```

# Instead

```yaml
extends: vicreg
objective: {critic: cosine, marginal: uniformity}
```

# Source

Wang & Isola 2020 (2005.10242)
"""

from collections.abc import Iterator

from ssmi_dsl.diagnostics import Severity
from ssmi_dsl.fixes import Applicability, Fix, set_value
from ssmi_dsl.rules.base import Finding, Rule
from ssmi_dsl.rules.context import RuleContext
from ssmi_dsl.rules.questions import normalizes
from ssmi_dsl.terms.critics.cosine import Cosine

RULE = Rule(
    "MT004",
    "unnormalized-sphere-term",
    Severity.ERROR,
    "A term that lives on the unit sphere is given embeddings that are not normalised",
)


def check(context: RuleContext) -> Iterator[Finding]:
    method = context.method
    objective = method.objective
    on_sphere = objective.marginal.facts.needs_unit_norm or normalizes(objective.marginal)
    if on_sphere and not isinstance(objective.critic, Cosine) and not normalizes(objective.critic):
        if "normalize" in type(objective.critic).model_fields:
            word = type(objective.critic).name
            title, change = "set `normalize: true`", set_value(("objective", "critic", word, "normalize"), True)
        else:
            title, change = "set `critic: cosine`", set_value(("objective", "critic"), "cosine")
        yield Finding(
            ("objective", "critic"),
            f"`{type(objective.marginal).name}` is defined on the unit sphere, and `{type(objective.critic).name}` does not normalise",
            labels=((("objective", "marginal"), "this term needs unit vectors"),),
            help="use `cosine`, or `rbf: {normalize: true}`",
            fix=Fix(title, Applicability.SAFE, (change,)),
        )
