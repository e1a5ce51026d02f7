"""# What it finds

A declared term of the loss has no gradient to any parameter.

No spec can be seen to do this: `ssmi compile` decides it. Every term of the loss keeps a seed of its own in the backward pass of the traced
step, and the certificate names the terms whose seed reaches no parameter.

# Why it is bad

It is a regulariser in name only: its value is logged, falls or rises, and changes nothing.

# Example

A critic of your own that detaches what it scores:

```python
def pair(self, b, x, y):
    return b.row_dot(b.stop_gradient(x), b.stop_gradient(y))
```

# Instead

```python
def pair(self, b, x, y):
    return b.row_dot(x, y)
```

# Source

a public whitening loss detaches one side and sums half of its pairs: one view never receives a gradient
"""

from ssmi_dsl.diagnostics import Severity
from ssmi_dsl.rules.base import Rule

RULE = Rule(
    "GF001", "term-without-gradient", Severity.ERROR, "A declared term of the loss has no gradient to any parameter"
)
