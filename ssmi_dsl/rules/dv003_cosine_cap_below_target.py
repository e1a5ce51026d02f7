"""# What it finds

A cosine critic cannot show the mutual information that the spec asks for.

# Why it is bad

T = cos/τ lies in [-1/τ, 1/τ]. With aligned embeddings spread over the sphere in D dimensions the bound reaches 1/τ - log E exp(u/τ), and
no larger value where both views have the same distribution; a larger batch does not help.

# Example

```yaml
extends: jmi
objective:
  critic: {cosine: {temperature: 0.5}}
  target_nats: 4.0 # DV003
```

# Instead

```yaml
extends: jmi
objective:
  critic: {cosine: {temperature: 0.2}}
  target_nats: 4.0
```

# Source

docs/theory.md: caps of cosine critics; Mardia & Jupp 2000, section 9.3
"""

from collections.abc import Iterator
from math import log

from ssmi_dsl.caps import cosine_cap, infonce_cap
from ssmi_dsl.diagnostics import Severity
from ssmi_dsl.fixes import Applicability, Fix, set_value
from ssmi_dsl.rules.base import Finding, Rule
from ssmi_dsl.rules.context import RuleContext
from ssmi_dsl.rules.questions import cosine_temperature, num_candidates
from ssmi_dsl.terms.base import Critic
from ssmi_dsl.terms.critics.cosine import Cosine

RULE = Rule(
    "DV003",
    "cosine-cap-below-target",
    Severity.WARNING,
    "A cosine critic cannot show the mutual information that the spec asks for",
)


def check(context: RuleContext) -> Iterator[Finding]:
    method = context.method
    objective, dim = method.objective, method.anchor.embedding_width
    target, name = objective.target_nats, type(objective.bound).name
    if target is None or dim is None or objective.marginal.kind != "estimated":
        return
    temperature = cosine_temperature(objective.critic, dim)
    if temperature is None or name not in ("donsker-varadhan", "infonce", "mine", "nwj"):
        return
    batch, candidates = method.recipe.batch_of_objective, num_candidates(method)
    if candidates is None:
        return
    cap = cosine_cap(temperature, dim)
    if name == "infonce":
        # where the candidates are too few already, DV004 says so
        cap = infonce_cap(temperature, candidates=candidates, samples=batch) if log(candidates) >= target else target
    if cap < target:
        yield Finding(
            ("objective", "target_nats"),
            f"the critic shows at most {cap:.2f} nats at temperature {temperature:g} in {dim} dimensions, below {target:g}",
            label=f"recipe `{method.recipe.name}`",
            labels=((("objective", "critic"), f"|T| is at most 1/τ = {1 / temperature:.3g}"),),
            notes=(f"log N of {candidates} candidates would be {log(candidates):.2f} nats",),
            help=f"lower the temperature below {1 / target:.3g}",
            fix=_sharper(objective.critic, dim, target),
        )


def _sharper(critic: Critic, dim: int, target: float) -> Fix | None:
    """The largest of the usual temperatures that shows the target."""
    enough = next((t for t in (0.5, 0.2, 0.1, 0.07, 0.05, 0.03, 0.02) if cosine_cap(t, dim) > 1.05 * target), None)
    if enough is None or not isinstance(critic, Cosine):
        return None
    change = set_value(("objective", "critic", "cosine", "temperature"), enough)
    return Fix(f"set `temperature: {enough:g}`", Applicability.UNSAFE, (change,))
