"""# What it finds

Embeddings are whitened with an ε, and compared by a distance that sees their scale.

# Why it is bad

Whitening makes the covariance one, whatever the scale of the embeddings, and so keeps them apart. With ε it is ((1 - ε) Σ + ε I)^-1/2, which leaves alone what
varies less than ε: embeddings that shrink below it stay small behind the whitening, their distances go to zero with them, and the loss is best where
they have collapsed. A critic that normalises what it compares does not see that. In the mutation study such a `w-mse` ended at an effective rank of 1.5.

# Example

```yaml
extends: w-mse
objective: {critic: rbf, marginal: {whitening: {eps: 0.01}}} # MT019
recipes: {digits: null}
```

# Instead

```yaml
extends: w-mse
objective: {critic: {rbf: {normalize: true}}, marginal: {whitening: {eps: 0.01}}}
recipes: {digits: null}
```

# Source

Ermolov et al. 2021 (W-MSE), eq. 4 and 5: distances that are not normalised, with ε = 0; the mutation study, benchmarks/results/mutations.md
"""

from collections.abc import Iterator

from ssmi_dsl.diagnostics import Severity
from ssmi_dsl.fixes import Applicability, Fix, set_value
from ssmi_dsl.rules.base import Finding, Rule
from ssmi_dsl.rules.context import RuleContext
from ssmi_dsl.rules.questions import fixes_the_norm, term_name
from ssmi_dsl.terms.critics.laplace import Laplace
from ssmi_dsl.terms.critics.rbf import Rbf
from ssmi_dsl.terms.marginals.whitening import Whitening

RULE = Rule(
    "MT019",
    "shrinking-below-whitening",
    Severity.ERROR,
    "Embeddings are whitened with an ε, and compared by a distance that sees their scale",
)


def check(context: RuleContext) -> Iterator[Finding]:
    objective = context.method.objective
    marginal, critic = objective.marginal, objective.critic
    if not isinstance(marginal, Whitening) or marginal.eps == 0 or not isinstance(critic, (Rbf, Laplace)):
        return
    if fixes_the_norm(critic):
        return
    loc = ("objective", "critic")
    normalised = set_value((*loc, "rbf", "normalize"), True)
    yield Finding(
        loc,
        f"`{term_name(critic)}` is zero for embeddings that vary less than ε, which whitening leaves as small as they are",
        labels=((("objective", "marginal"), f"ε is {marginal.eps:g}"),),
        help="use `rbf: {normalize: true}`, or `eps: 0`",
        fix=Fix("set `normalize: true`", Applicability.UNSAFE, (normalised,)) if isinstance(critic, Rbf) else None,
    )
