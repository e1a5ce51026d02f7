"""Readers of a term: one definition gives IR, mathematics, a NumPy reference and a torch loss."""

from ssmi_dsl.builders.protocol import Builder, Mask

__all__ = ["Builder", "Mask"]
