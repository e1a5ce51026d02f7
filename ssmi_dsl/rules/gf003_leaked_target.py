"""# What it finds

The target of a prediction lies in the receptive field of that prediction.

This code is reserved: nothing checks it. No spec can be seen to do this today but where other rules see it: a branch that sees a view whole and
predicts tokens of the same view is DA003, and a context whose encoder sees the rows that it predicts is DA006. Where `views.mask` hides patches, they
are left out, or replaced by a learned token, before the encoder sees them (tests/masks). The question arises with other autoregressive views, which the
language does not have: the derivative of a prediction by its own target must then be zero.

# Why it is bad

The network copies what it should predict: the loss falls, and nothing is learnt.

# Example

A causal model whose prediction at position i sees patch i, and is trained on patch i:

```python
loss = (model(patches) - patches).square().mean()
```

# Instead

```python
loss = (model(patches)[:-1] - patches[1:]).square().mean()
```

# Source

a public autoregressive model lacks the shift by one in three variants; its loss on noise falls to that of copying
"""

from ssmi_dsl.diagnostics import Severity
from ssmi_dsl.rules.base import Rule

RULE = Rule(
    "GF003",
    "leaked-target",
    Severity.ERROR,
    "The target of a prediction lies in the receptive field of that prediction",
    reserved=True,
)
