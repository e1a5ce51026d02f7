"""# What it finds

A value that is not mutual information is read in nats of it.

# Why it is bad

The Jensen-Shannon value lies in [-2 log 2, 0]; spectral, relative-predictive, cross-correlation and variance-covariance losses estimate a
χ² divergence or its expansion, which bounds the information from neither side. Read the trained critic out by another bound instead.

# Example

```yaml
extends: barlow-twins
objective: {target_nats: 2.0} # DV008
```

# Instead

```yaml
extends: jmi
objective: {target_nats: 2.0}
```

# Source

Hjelm et al. 2019; Polyanskiy & Wu, f-divergences; docs/theory.md: what the surrogate estimates
"""

from collections.abc import Iterator

from ssmi_dsl.diagnostics import Loc, Severity
from ssmi_dsl.fixes import Applicability, Fix, delete_key, set_value
from ssmi_dsl.rules.base import Finding, Rule
from ssmi_dsl.rules.context import RuleContext
from ssmi_dsl.rules.questions import is_second_order, term_name
from ssmi_dsl.terms.marginals.taylor import Taylor

RULE = Rule(
    "DV008", "divergence-in-nats", Severity.ERROR, "A value that is not mutual information is read in nats of it"
)


NOT_IN_NATS = ("jsd", "spectral", "rpc", "sigmoid")


def check(context: RuleContext) -> Iterator[Finding]:
    objective = context.method.objective
    read_out = context.method.spec.evaluate.mutual_information
    bound, marginal = type(objective.bound).name, objective.marginal
    if objective.target_nats is not None:
        drop = Fix("drop the target", Applicability.UNSAFE, (delete_key(("objective", "target_nats")),))
        estimates = marginal.kind == "estimated"
        if estimates and bound in NOT_IN_NATS:
            yield _finding(("objective", "target_nats"), bound, ("objective", "bound"))._replace(fix=drop)
        elif not estimates and is_second_order(marginal) and not isinstance(marginal, Taylor):
            found = _finding(("objective", "target_nats"), term_name(marginal), ("objective", "marginal"))
            yield found._replace(fix=drop)
    if read_out.report != "estimate" and "jsd" in read_out.estimators:
        loc = ("evaluate", "mutual_information")
        fix = Fix("call it an estimate", Applicability.SAFE, (set_value((*loc, "report"), "estimate"),))
        yield _finding((*loc, "report"), "jsd", (*loc, "estimators"))._replace(fix=fix)


def _finding(loc: Loc, name: str, where: Loc) -> Finding:
    return Finding(
        loc,
        f"`{name}` estimates another divergence, so its value is no mutual information in nats",
        labels=((where, "what is read"),),
        help="read the critic out by `infonce` or `nwj`",
    )
