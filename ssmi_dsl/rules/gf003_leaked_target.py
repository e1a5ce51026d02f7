"""# What it finds

The target of a prediction lies in the receptive field of that prediction.

No spec can be seen to do this: it is decided on the traced step, where the derivative of a prediction by its own target must be zero. The
objectives that are compiled today compare two views of a whole image, so the question does not arise; it will with masked and
autoregressive views.

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
)
