"""# What it finds

An estimate above log N is called certified.

# Why it is bad

No lower bound from N samples that holds with high confidence for every distribution exceeds O(log N). A larger value may be right, but
these samples do not certify it.

# Example

```yaml
extends: jmi
evaluate:
  mutual_information: {estimators: [donsker-varadhan, infonce], samples: 64, report: certified} # EV003
```

# Instead

```yaml
extends: jmi
evaluate:
  mutual_information: {estimators: [donsker-varadhan, infonce], samples: 32768, report: certified}
```

# Source

McAllester & Stratos 2020 (1811.04251)
"""

from collections.abc import Iterator
from math import log

from ssmi_dsl.caps import cosine_cap
from ssmi_dsl.diagnostics import Severity
from ssmi_dsl.fixes import Applicability, Fix, set_value
from ssmi_dsl.rules.base import Finding, Rule
from ssmi_dsl.rules.context import RuleContext
from ssmi_dsl.rules.questions import cosine_temperature

RULE = Rule("EV003", "certified-beyond-samples", Severity.WARNING, "An estimate above log N is called certified")


def check(context: RuleContext) -> Iterator[Finding]:
    method = context.method
    read_out, dim = method.spec.evaluate.mutual_information, method.anchor.embedding_width
    if read_out.report != "certified":
        return
    temperature = None if dim is None else cosine_temperature(method.objective.critic, dim)
    reach = method.objective.target_nats
    if reach is None and temperature is not None and dim is not None:
        reach = cosine_cap(temperature, dim)
    limit = log(read_out.samples)
    if reach is not None and reach > limit:
        yield Finding(
            ("evaluate", "mutual_information", "report"),
            f"values up to {reach:.2f} nats are called certified, and {read_out.samples} samples certify {limit:.2f} at most",
            label=f"recipe `{method.recipe.name}`",
            help="set `report: estimate`, or use more samples",
            fix=Fix(
                "call it an estimate",
                Applicability.SAFE,
                (set_value(("evaluate", "mutual_information", "report"), "estimate"),),
            ),
        )
