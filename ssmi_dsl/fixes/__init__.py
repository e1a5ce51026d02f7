"""Fixes: what a rule may propose, how a proposal becomes edits of the user's text, and how edits are applied.

A rule only uses the names below; see docs/adding-a-rule.md.
"""

from ssmi_dsl.diagnostics import Applicability, Change
from ssmi_dsl.fixes.fix import Fix, delete_key, insert_key, rename_key, set_value

__all__ = ["Applicability", "Change", "Fix", "delete_key", "insert_key", "rename_key", "set_value"]
