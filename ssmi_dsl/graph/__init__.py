"""A method as a picture: `panels_of` says what to draw, `svg` and `mermaid` draw it. No torch, no graphviz."""

from ssmi_dsl.graph.from_method import panels_of
from ssmi_dsl.graph.picture import Arrow, Box, Flow, Group, Kind, Link, Panel

__all__ = ["Arrow", "Box", "Flow", "Group", "Kind", "Link", "Panel", "panels_of"]
