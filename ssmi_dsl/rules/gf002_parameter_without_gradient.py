"""# What it finds

A parameter that is given to the optimiser never receives a gradient.

No spec can be seen to do this: `ssmi compile` decides it. The certificate follows every parameter of the traced step back from its update
to the loss and lists those that nothing reaches.

# Why it is bad

It keeps its random start, apart from weight decay, while the report counts it as trained.

# Example

A backbone that detaches its features, or a head that is built and not called:

```python
def forward(self, x):
    return self.layers(x).detach()
```

# Instead

```python
def forward(self, x):
    return self.layers(x)
```

# Source

trainers that drop such parameters silently have lost momentum networks on resume
"""

from ssmi_dsl.diagnostics import Severity
from ssmi_dsl.rules.base import Rule

RULE = Rule(
    "GF002",
    "parameter-without-gradient",
    Severity.ERROR,
    "A parameter that is given to the optimiser never receives a gradient",
)
