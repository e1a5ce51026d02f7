"""# What it finds

The series of a log-determinant is cut off where it cannot converge.

# Why it is bad

The Taylor series of log det(I + C) needs eigenvalues of C below 1. Of N aligned unit vectors they sum to D/ε², over at most min(N, D)
directions: if even the mean is 1 or more, no batch converges. ε² > D is sufficient for every batch; between the two it depends on how the
embeddings spread, and nothing is said.

# Example

```yaml
extends: mec
objective:
  marginal: {coding-length: {order: 4, distortion: 0.5}} # MT012
```

# Instead

```yaml
extends: mec
objective:
  marginal: {coding-length: {order: 4, distortion: 1024}}
```

# Source

Liu et al. 2022 (MEC, 2210.11464), section 3.2; the necessary condition is this project's
"""

from collections.abc import Iterator

from ssmi_dsl.diagnostics import Severity
from ssmi_dsl.fixes import Applicability, Fix, set_value
from ssmi_dsl.rules.base import Finding, Rule
from ssmi_dsl.rules.context import RuleContext
from ssmi_dsl.terms.marginals.coding_length import CodingLength

RULE = Rule(
    "MT012", "diverging-series", Severity.ERROR, "The series of a log-determinant is cut off where it cannot converge"
)


def check(context: RuleContext) -> Iterator[Finding]:
    method = context.method
    marginal, dim = method.objective.marginal, method.anchor.embedding_width
    if not isinstance(marginal, CodingLength) or dim is None:
        return
    directions = min(method.recipe.batch_of_objective, dim)
    mean = dim / (marginal.distortion * directions)
    if mean >= 1:
        yield Finding(
            ("objective", "marginal", "coding-length", "distortion"),
            f"the eigenvalues of aligned embeddings are {mean:.3g} on average, and the series converges below 1",
            label=f"recipe `{method.recipe.name}`",
            notes=(f"D/(ε² min(N, D)) = {dim}/({marginal.distortion:g} · {directions})",),
            help=f"raise `distortion` (ε²) above {dim / directions:.3g}; above {dim} every batch converges",
            fix=Fix(
                f"set `distortion: {2 * dim}`",
                Applicability.SAFE,
                (set_value(("objective", "marginal", "coding-length", "distortion"), 2 * dim),),
            ),
        )
