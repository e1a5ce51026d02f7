"""Optimisers as pure functions of (parameters, gradients, slots)."""

from ssmi_compiler.optim.update import init_slots, update

__all__ = ["init_slots", "update"]
