"""# What it finds

A pair that is masked out of the marginal term still receives a gradient.

This code is reserved: nothing checks it. No spec can be seen to do this: it is a property of a term's code. The
terms of the language mask by minus infinity inside the log-sum-exp, and their gradients are compared with
independent references (tests/terms, tests/references).

# Why it is bad

The value is right and the gradient is not, so no test of values finds it: a published case cost four points of accuracy.

# Example

The similarity of a sample with itself, subtracted after the sum instead of left out of it:

```python
negatives = scores.exp().sum(1) - math.exp(1 / temperature)
```

# Instead

```python
negatives = scores.masked_fill(diagonal, -math.inf).logsumexp(1)
```

# Source

lightning-bolts issue 695
"""

from ssmi_dsl.diagnostics import Severity
from ssmi_dsl.rules.base import Rule

RULE = Rule(
    "GF004",
    "gradient-of-masked-pair",
    Severity.ERROR,
    "A pair that is masked out of the marginal term still receives a gradient",
    reserved=True,
)
