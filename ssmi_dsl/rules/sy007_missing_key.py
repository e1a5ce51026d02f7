"""SY007 missing-key: a key without which the block has no meaning.

What it finds
-------------
A block that lacks a key that has no default.

Why it is bad
-------------
A default would hide a decision that changes the result.

Example
-------
    optimize:
      epochs: 200

Instead
-------
    optimize:
      optimizer: lars
      epochs: 200

Source
------
The language reference, column "default".
"""

from ssmi_dsl.diagnostics import Severity
from ssmi_dsl.rules.base import Rule

RULE = Rule(
    code="SY007",
    name="missing-key",
    severity=Severity.ERROR,
    summary="a key without which the block has no meaning",
    suppressible=False,
)
