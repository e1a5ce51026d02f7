"""What a method is, for reading: `explain` gives the mathematics as data, `text`, `latex` and `json_format` write it. No torch, no NumPy."""

from ssmi_dsl.explain.explanation import Explanation, explain

__all__ = ["Explanation", "explain"]
