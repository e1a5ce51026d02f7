"""# What it finds

An EMA target declares an encoder or a projector that differs from those of the branch it follows.

# Why it is bad

The target starts as an exact copy and stays an average of its source, heads included. Parameters of another network can be neither copied
nor averaged.

# Example

```yaml
extends: byol
branches:
  target: {projector: {mlp: [4096, 128]}} # EM009
```

# Instead

```yaml
extends: byol
branches:
  online: {projector: {mlp: [4096, 128]}, predictor: {mlp: [4096, 128]}}
```

# Source

Grill et al. 2020 (BYOL), section 3.1; several public implementations start their teacher heads at random
"""

from collections.abc import Iterator

from ssmi_dsl.diagnostics import Severity
from ssmi_dsl.fixes import Applicability, Fix, delete_key
from ssmi_dsl.rules.base import Finding, Rule
from ssmi_dsl.rules.context import RuleContext
from ssmi_dsl.spec.method import Sharing

RULE = Rule(
    "EM009",
    "target-unlike-its-source",
    Severity.ERROR,
    "An EMA target declares an encoder or a projector that differs from those of the branch it follows",
)


def check(context: RuleContext) -> Iterator[Finding]:
    method = context.method
    for branch in method.branches:
        if branch.sharing is not Sharing.EMA or branch.source is None:
            continue
        source = method.branch(branch.source)
        for part in ("encoder", "projector"):
            own = getattr(branch.spec, part)
            if own is not None and own != getattr(source, part):
                yield Finding(
                    ("branches", branch.name, part),
                    f"branch `{branch.name}` follows `{source.name}`, but its {part} is another network",
                    labels=((("branches", branch.name, "update"), f"every parameter follows one of `{source.name}`"),),
                    help=f"remove `{part}`: an EMA target has that of its source",
                    fix=Fix(f"remove `{part}`", Applicability.SAFE, (delete_key(("branches", branch.name, part)),)),
                )
