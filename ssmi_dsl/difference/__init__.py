"""What differs between two methods after resolution, by meaning: `compare` finds it, `text` and `json_format` write it."""

from ssmi_dsl.difference.compare import Change, Difference, compare

__all__ = ["Change", "Difference", "compare"]
