"""# What it finds

The loss falls without end as embeddings grow, and nothing normalises them.

# Why it is bad

<<<<<<< HEAD
Log-determinants and nuclear norms grow with the scale of what they measure. With a critic that does not fix the norm, scaling aligned
embeddings lowers the loss for ever. So does the inner product itself where a predictor stands for the marginal term, which then holds
nothing against it: the largest direction takes all, and the rank falls to one. Learned and dot critics under an exponential bound have the
same fault in another form, which DV001 reports.
=======
A log-determinant grows with the scale of what it measures. Scaling aligned embeddings lowers the loss for ever, whatever the critic: a
cosine does not see the scale, a distance of aligned embeddings is zero at every scale. Learned and dot critics under an exponential bound
have the same fault in another form, which DV001 reports.
>>>>>>> main

# Example

```yaml
extends: corinfomax
objective: {marginal: {log-det: {normalize: false}}} # MT014
```

# Instead

```yaml
extends: corinfomax
objective: {marginal: {log-det: {normalize: true}}}
```

# Source

Yerxa et al. 2023 (MMCR), section 2: embeddings on the sphere; a probe of sixteen public losses found one that runs away
"""

from collections.abc import Iterator

from ssmi_dsl.diagnostics import Severity
from ssmi_dsl.fixes import Applicability, Fix, set_value
from ssmi_dsl.rules.base import Finding, Rule
from ssmi_dsl.rules.context import RuleContext
<<<<<<< HEAD
from ssmi_dsl.rules.questions import fixes_the_norm, term_name
from ssmi_dsl.terms.critics.dot import Dot
from ssmi_dsl.terms.critics.rbf import Rbf
from ssmi_dsl.terms.marginals.predictor import Predictor
from ssmi_dsl.terms.marginals.variance_covariance import VarianceCovariance
=======
from ssmi_dsl.rules.questions import normalizes, term_name
>>>>>>> main

RULE = Rule(
    "MT014",
    "norm-that-runs-away",
    Severity.ERROR,
    "The loss falls without end as embeddings grow, and nothing normalises them",
)


def check(context: RuleContext) -> Iterator[Finding]:
<<<<<<< HEAD
    objective = context.method.objective
    if objective.marginal.facts.unbounded_in_norm and not fixes_the_norm(objective.critic):
        yield Finding(
            ("objective", "marginal"),
            f"`{term_name(objective.marginal)}` falls as embeddings grow, and `{term_name(objective.critic)}` does not fix their norm",
            labels=((("objective", "critic"), "does not normalise"),),
            help="use `cosine`, or `rbf: {normalize: true}`",
            fix=Fix(
                "set `normalize: true`",
                Applicability.SAFE,
                (set_value(("objective", "critic", "rbf", "normalize"), True),),
            )
            if isinstance(objective.critic, Rbf)
            else None,
        )
    elif isinstance(objective.critic, Dot) and isinstance(objective.marginal, (Predictor, VarianceCovariance)):
        yield Finding(
            ("objective", "critic"),
            f"`dot` grows with the embeddings, and `{term_name(objective.marginal)}` puts no bound on their norm",
            labels=((("objective", "marginal"), "does not see the scale of what is predicted"),),
            help="use `cosine`, or `rbf: {normalize: true}`",
        )
=======
    marginal = context.method.objective.marginal
    if not marginal.facts.unbounded_in_norm or normalizes(marginal):
        return
    loc = ("objective", "marginal", term_name(marginal), "normalize")
    yield Finding(
        loc,
        f"`{term_name(marginal)}` falls as embeddings grow, and nothing fixes their norm",
        labels=((("objective", "critic"), "sees no scale where views are aligned"),),
        help="set `normalize: true`",
        fix=Fix("set `normalize: true`", Applicability.SAFE, (set_value(loc, True),)),
    )
>>>>>>> main
