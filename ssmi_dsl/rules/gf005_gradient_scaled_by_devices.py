"""# What it finds

A collective operation without a derivative scales the gradient by one over the number of devices.

This code is reserved: nothing checks it. No spec can be seen to do this today: a compiled step runs on one device and has no collective, and a
spec that asks for several devices is refused (SY011). With collectives, the gradient on W devices must be that of one device on the whole batch.

# Why it is bad

The value is right on every device, and the gradient is 1/W of the true one. LARS hides it, since it divides by the norm; other optimisers
do not.

# Example

An all-reduce in place on the cross-correlation:

```python
torch.distributed.all_reduce(correlation)
loss = (correlation - identity).square().sum()
```

# Instead

```python
correlation = torch.distributed.nn.all_reduce(correlation)
```

# Source

official code of Barlow Twins and several libraries after it
"""

from ssmi_dsl.diagnostics import Severity
from ssmi_dsl.rules.base import Rule

RULE = Rule(
    "GF005",
    "gradient-scaled-by-devices",
    Severity.ERROR,
    "A collective operation without a derivative scales the gradient by one over the number of devices",
    reserved=True,
)
