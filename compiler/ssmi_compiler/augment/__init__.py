"""Batched augmentation inside the compiled step: noise is drawn outside, a pure function changes the images."""

from ssmi_compiler.augment.augmentation import OPERATIONS, Augmentation
from ssmi_compiler.augment.graph_view import GraphView, ViewMaker

__all__ = ["OPERATIONS", "Augmentation", "GraphView", "ViewMaker"]
