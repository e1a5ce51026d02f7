"""What a rule's check reads."""

from dataclasses import dataclass

from ssmi_dsl.resolve import Resolved
from ssmi_dsl.spec.method import Method


@dataclass(frozen=True, slots=True)
class RuleContext:
    """The method under one recipe, and where its parts are written."""

    method: Method
    source: Resolved
