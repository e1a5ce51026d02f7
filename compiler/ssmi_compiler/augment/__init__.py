"""Batched augmentation inside the compiled step: noise is drawn outside, a pure function changes the images."""

from ssmi_compiler.augment.augmentation import OPERATIONS, Augmentation

__all__ = ["OPERATIONS", "Augmentation"]
