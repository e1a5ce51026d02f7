"""What is drawn, before any coordinate: boxes in ranks from left to right and lanes from top to bottom, arrows, frames, links."""

from dataclasses import dataclass
from enum import StrEnum


class Kind(StrEnum):
    """What a box is; renderers choose its colour by it."""

    VIEW = "view"
    PART = "part"
    STATE = "state"
    CRITIC = "critic"
    TERM = "term"
    LOSS = "loss"


class Flow(StrEnum):
    """How a line is drawn. GRADIENT solid, STOPPED dashed, FOLLOWS dotted, DATA thin, SHARED a double line."""

    GRADIENT = "gradient"
    STOPPED = "stopped"
    FOLLOWS = "follows"
    DATA = "data"
    SHARED = "shared"


@dataclass(frozen=True, slots=True)
class Box:
    """A node. `lane` is None where nothing fixes its height: it is then placed beside what it is joined to."""

    id: str
    kind: Kind
    title: str
    subtitle: str
    rank: int
    lane: int | None
    moves: bool = False


@dataclass(frozen=True, slots=True)
class Arrow:
    """A value on its way from one box to another of a higher rank."""

    source: str
    target: str
    flow: Flow
    label: str = ""


@dataclass(frozen=True, slots=True)
class Group:
    """A frame around the boxes of one branch, which are all in `lane`."""

    id: str
    title: str
    lane: int
    members: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Link:
    """A line between two frames: parameters that follow, or are shared."""

    source: str
    target: str
    flow: Flow
    label: str


@dataclass(frozen=True, slots=True)
class Panel:
    """One phase of a step. An empty title where there is only one phase."""

    title: str
    boxes: tuple[Box, ...]
    arrows: tuple[Arrow, ...]
    groups: tuple[Group, ...]
    links: tuple[Link, ...]

    def box(self, id: str) -> Box:
        return next(box for box in self.boxes if box.id == id)
