"""# What it finds

Nothing stands for the marginal term, its weight is zero, or all that it scores is constant.

# Why it is bad

The joint term alone is maximal for a constant representation.

# Example

```yaml
extends: jmi
objective: {marginal: none} # MT001
```

# Instead

```yaml
extends: jmi
objective: {marginal: in-batch}
```

# Source

arXiv:2510.01345: removing the marginal term collapses the representation
"""

from collections.abc import Iterator

from ssmi_dsl.diagnostics import Severity
from ssmi_dsl.fixes import Applicability, Fix, delete_key, set_value
from ssmi_dsl.rules.base import Finding, Rule
from ssmi_dsl.rules.context import RuleContext
from ssmi_dsl.rules.questions import term_name
from ssmi_dsl.terms.marginals.covariance_contrast import CovarianceContrast
from ssmi_dsl.terms.marginals.cross_correlation import CrossCorrelation
from ssmi_dsl.terms.marginals.koleo import KoLeo
from ssmi_dsl.terms.marginals.predictor import Predictor
from ssmi_dsl.terms.marginals.queue import Queue

# marginals whose gradient is at the anchor alone
OF_ANCHORS = (Queue, CovarianceContrast, KoLeo)
RULE = Rule("MT001", "missing-marginal", Severity.ERROR, "Nothing stands for the marginal term, or its weight is zero")


def check(context: RuleContext) -> Iterator[Finding]:
    method = context.method
    objective = method.objective
    choice = "predictor" if method.paradigm == "sdmi" and method.anchor.predictor is not None else "in-batch"
    if objective.marginal.kind == "none":
        yield Finding(
            ("objective", "marginal"),
            "without a marginal term the objective is maximal for a constant representation",
            fix=Fix(f"set `marginal: {choice}`", Applicability.UNSAFE, (set_value(("objective", "marginal"), choice),)),
            help="choose an estimate (`in-batch`, `all-views`, `queue`) or a surrogate (`variance-covariance`, ...)",
        )
    elif isinstance(objective.marginal, Predictor) and all(branch.predictor is None for branch in method.branches):
        if method.target.ema is None and not (method.is_tied and method.is_stopped(method.target.name)):
            yield Finding(
                ("objective", "marginal"),
                "a predictor is to stand for the marginal term, and no branch has one",
                labels=((("branches", method.anchor.name), "the anchor"),),
                help=f"give `{method.anchor.name}` a predictor, or choose another marginal",
            )
    elif isinstance(objective.marginal, CrossCorrelation) and objective.marginal.off_diagonal == 0:
        yield Finding(
            ("objective", "marginal", "cross-correlation", "off_diagonal"),
            "the off-diagonal terms, which are all of the marginal, have weight zero",
            help="give them a positive weight; the paper's is 0.0051",
        )
    elif isinstance(objective.marginal, OF_ANCHORS) and method.is_stopped(method.anchor.name):
        yield Finding(
            ("objective", "marginal"),
            f"`{term_name(objective.marginal)}` has its gradient at the anchor, which is a constant, and so has none",
            labels=((("branches", method.anchor.name, "stop_gradient"), f"`{method.anchor.name}` is the anchor"),),
            help=f"take `{method.target.name}` for the anchor, which is the branch that moves",
        )
    elif objective.weights.marginal == 0 and not isinstance(objective.marginal, Predictor):
        yield Finding(
            ("objective", "weights", "marginal"),
            "the marginal term has weight zero",
            help="give it a positive weight",
            fix=Fix(
                "remove the weight, for the default of 1",
                Applicability.UNSAFE,
                (delete_key(("objective", "weights", "marginal")),),
            ),
        )
