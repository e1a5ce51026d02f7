"""# What it finds

The loss falls without end as embeddings grow, and nothing normalises them.

# Why it is bad

A log-determinant grows with the scale of what it measures. Scaling aligned embeddings lowers the loss for ever, whatever the critic: a
cosine does not see the scale, a distance of aligned embeddings is zero at every scale. So does the inner product where what stands for the
marginal term holds nothing against it: a predictor, variance and covariance, or a surrogate that
divides by the norm, is bounded itself, or grows no faster than the product.

A queue makes any critic that sees the norm do so: the positive is the newest key and the negatives are stored ones, so embeddings that grow or
drift from step to step tell it from them by its age, whatever the image. On the sphere there is nowhere to drift to.

Learned and dot critics under an exponential bound have the same fault in another form, which DV001 reports.

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
from ssmi_dsl.rules.questions import fixes_the_norm, is_bounded, normalizes, term_name
from ssmi_dsl.terms.critics.dot import Dot
from ssmi_dsl.terms.marginals.covariance_contrast import CovarianceContrast
from ssmi_dsl.terms.marginals.gaussian_match import GaussianMatch
from ssmi_dsl.terms.marginals.log_det import LogDet
from ssmi_dsl.terms.marginals.predictor import Predictor
from ssmi_dsl.terms.marginals.queue import Queue
from ssmi_dsl.terms.marginals.sliced_wasserstein import SlicedWasserstein
from ssmi_dsl.terms.marginals.variance_covariance import VarianceCovariance
from ssmi_dsl.terms.marginals.von_neumann import VonNeumann

# surrogates that put no bound on the norm of what the critic reads
BLIND = (CovarianceContrast, GaussianMatch, LogDet, Predictor, SlicedWasserstein, VarianceCovariance, VonNeumann)
RULE = Rule(
    "MT014",
    "norm-that-runs-away",
    Severity.ERROR,
    "The loss falls without end as embeddings grow, and nothing normalises them",
)


def check(context: RuleContext) -> Iterator[Finding]:
    objective = context.method.objective
    marginal = objective.marginal
    if isinstance(objective.critic, Dot) and not is_bounded(objective.critic) and isinstance(marginal, BLIND):
        yield Finding(
            ("objective", "critic"),
            f"`dot` grows with the embeddings, and `{term_name(marginal)}` puts no bound on their norm",
            labels=((("objective", "marginal"), "does not see the scale of what is predicted"),),
            help="use `cosine`, or `rbf: {normalize: true}`",
        )
    if isinstance(marginal, Queue) and not fixes_the_norm(objective.critic) and not is_bounded(objective.critic):
        yield Finding(
            ("objective", "critic"),
            f"`{term_name(objective.critic)}` sees the norm, by which the newest key is told from those of the queue",
            labels=((("objective", "marginal"), "holds keys of earlier steps as negatives"),),
            help="use `cosine`",
            fix=Fix("set `critic: cosine`", Applicability.UNSAFE, (set_value(("objective", "critic"), "cosine"),)),
        )
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
