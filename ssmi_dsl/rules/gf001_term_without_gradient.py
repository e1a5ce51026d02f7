"""# What it finds

A declared term of the loss has no gradient to any parameter.

No spec can be seen to do this: `ssmi compile` decides it. Every term of the loss keeps a seed of its own in the backward pass of the traced
step, and the certificate names the terms whose seed reaches no parameter.

# Why it is bad

It is a regulariser in name only: its value is logged, falls or rises, and changes nothing.

# Example

A marginal of your own that scores its queue against itself: the queue is a constant of the step.

```python
def scores(self, b, critic, x, y, queue):
    positive = critic.pair(b, x, y)
    return Scores(positive, critic.matrix(b, queue, queue), Mask.DIAGONAL, Mask.NONE)
```

# Instead

```python
def scores(self, b, critic, x, y, queue):
    positive = critic.pair(b, x, y)
    return Scores(positive, b.prepend(positive, critic.matrix(b, x, queue)), Mask.FIRST, Mask.NONE)
```

# Source

a public whitening loss detaches one side and sums half of its pairs: one view never receives a gradient
"""

from ssmi_dsl.diagnostics import Severity
from ssmi_dsl.rules.base import Rule

RULE = Rule(
    "GF001", "term-without-gradient", Severity.ERROR, "A declared term of the loss has no gradient to any parameter"
)
