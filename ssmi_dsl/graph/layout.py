"""Coordinates of a panel. Ranks are columns, lanes are rows; boxes without a lane are placed beside what they are joined to.

Boxes of one rank never overlap, since lanes have room of their own and free boxes are pushed apart. An arrow runs straight in its lane and
turns only in the channel before its target's column, which holds no box. A channel has two zones: labels over straight lines, then the turns; so
no line crosses a label. An arrow over a box of its own lane passes below it, on a track of its own. Links between frames are vertical, the label
of each stands in the gap beside its target.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

from ssmi_dsl.graph.picture import Arrow, Box, Flow, Group, Link, Panel
from ssmi_dsl.graph.text_width import text_width

TITLE_SIZE, SUBTITLE_SIZE, LABEL_SIZE = 13.0, 11.0, 11.0
_BOX_HEIGHT, _BOX_PAD, _PORT = 46.0, 12.0, 22.0
_FRAME_TOP, _FRAME_PAD, _LANE_GAP, _LINK_LABEL, _LINK_GAP = 24.0, 14.0, 18.0, 18.0, 26.0
_LINK_X, _LINK_STEP = 40.0, 26.0
_TURN, _TRACK = 40.0, 16.0
_FREE_GAP = 20.0


@dataclass(frozen=True, slots=True)
class Rect:
    """A rectangle; y grows downwards."""

    x: float
    y: float
    width: float
    height: float

    @property
    def right(self) -> float:
        return self.x + self.width

    @property
    def bottom(self) -> float:
        return self.y + self.height

    @property
    def middle(self) -> float:
        return self.y + self.height / 2

    def overlaps(self, other: "Rect") -> bool:
        return self.x < other.right and other.x < self.right and self.y < other.bottom and other.y < self.bottom

    def contains(self, other: "Rect") -> bool:
        return self.x <= other.x and self.y <= other.y and other.right <= self.right and other.bottom <= self.bottom


@dataclass(frozen=True, slots=True)
class Label:
    """Text with the rectangle it fills; the baseline is a quarter of the size above its bottom."""

    text: str
    rect: Rect


@dataclass(frozen=True, slots=True)
class Line:
    """A path of an arrow or link. `points` are corners; between the last two of an arrow lies an S-curve."""

    flow: Flow
    points: tuple[tuple[float, float], ...]
    curved: bool
    label: Label | None


@dataclass(frozen=True, slots=True)
class PlacedPanel:
    """A panel with coordinates; everything lies inside of `size`."""

    panel: Panel
    boxes: Mapping[str, Rect]
    frames: Mapping[str, Rect]
    frame_titles: Mapping[str, Label]
    lines: tuple[Line, ...]
    links: tuple[Line, ...]
    size: tuple[float, float]


def place(panel: Panel) -> PlacedPanel:
    """Coordinates of a panel, its upper left corner at (0, 0)."""
    return _Placing(panel).place()


class _Placing:
    def __init__(self, panel: Panel) -> None:
        self.panel = panel
        self.by_id = {box.id: box for box in panel.boxes}
        self.num_ranks = max(box.rank for box in panel.boxes) + 1
        self.lanes = sorted({box.lane for box in panel.boxes if box.lane is not None})
        self.framed = {group.lane: group for group in panel.groups}
        self.framed_ranks = [box.rank for box in panel.boxes if box.lane in self.framed]
        self.bypassing = [arrow for arrow in panel.arrows if self._bypasses(arrow)]
        self.heights = {box.id: self._height(box) for box in panel.boxes}
        self.rects: dict[str, Rect] = {}
        self.lane_span: dict[int, tuple[float, float]] = {}

    def place(self) -> PlacedPanel:
        columns = self._columns()
        middles = self._lane_middles()
        self._place_free(middles)
        top = min(middles[box.id] - self.heights[box.id] / 2 for box in self.panel.boxes)
        frame_top = min((span[0] for span in self.lane_span.values()), default=top)
        shift = -min(top, frame_top)
        for box in self.panel.boxes:
            x, width = columns[box.rank]
            height = self.heights[box.id]
            self.rects[box.id] = Rect(x, middles[box.id] - height / 2 + shift, width, height)
        self.lane_span = {lane: (low + shift, high + shift) for lane, (low, high) in self.lane_span.items()}
        frames = {group.id: self._frame(group, columns) for group in self.panel.groups}
        titles = {group.id: _frame_title(group, frames[group.id]) for group in self.panel.groups}
        lines = self._lines(columns)
        links = tuple(self._link(index, frames) for index in range(len(self.panel.links)))
        everything = [*self.rects.values(), *frames.values(), *(t.rect for t in titles.values())]
        everything += [line.label.rect for line in (*lines, *links) if line.label is not None]
        size = (max(rect.right for rect in everything), max(rect.bottom for rect in everything))
        return PlacedPanel(self.panel, dict(self.rects), frames, titles, lines, links, size)

    def _height(self, box: Box) -> float:
        ports = max(
            sum(arrow.source == box.id for arrow in self.panel.arrows),
            sum(arrow.target == box.id for arrow in self.panel.arrows),
        )
        return max(_BOX_HEIGHT, ports * _PORT + 8)

    def _columns(self) -> list[tuple[float, float]]:
        """x and width of every rank."""
        widths = [0.0] * self.num_ranks
        for box in self.panel.boxes:
            text = max(text_width(box.title, TITLE_SIZE, bold=True), text_width(box.subtitle, SUBTITLE_SIZE))
            widths[box.rank] = max(widths[box.rank], text + 2 * _BOX_PAD)
        framed = self.framed_ranks
        titles = [text_width(group.title, LABEL_SIZE) + 2 * _FRAME_PAD for group in self.panel.groups]
        columns: list[tuple[float, float]] = []
        x = _FRAME_PAD if framed and min(framed) == 0 else 0.0
        for rank, width in enumerate(widths):
            columns.append((x, width))
            x += width
            if framed and rank == max(framed):
                # a frame is at least as wide as its title
                x = max(x + _FRAME_PAD, columns[min(framed)][0] - _FRAME_PAD + max(titles))
            x += self._channel(rank)
        return columns

    def _channel(self, rank: int) -> float:
        """Width between a rank and the next: where labels stand, where lines turn, and the edge of a frame that begins there."""
        return self._label_zone(rank) + self._turn(rank)

    def _label_zone(self, rank: int) -> float:
        labels = [
            text_width(arrow.label, LABEL_SIZE) + 14
            for arrow in self.panel.arrows
            if arrow.label and self._label_rank(arrow) == rank
        ]
        return max(labels, default=8.0)

    def _turn(self, rank: int) -> float:
        begins = bool(self.framed_ranks) and rank + 1 == min(self.framed_ranks)
        return _TURN + (_FRAME_PAD if begins else 0.0)

    def _label_rank(self, arrow: Arrow) -> int:
        """The channel of an arrow's label: the one before its target, where no box of another lane is in the way."""
        return self.by_id[arrow.target].rank - 1

    def _bypasses(self, arrow: Arrow) -> bool:
        source, target = self.by_id[arrow.source], self.by_id[arrow.target]
        return any(
            box.lane == source.lane and source.rank < box.rank < target.rank
            for box in self.panel.boxes
            if box.lane is not None
        )

    def _lane_middles(self) -> dict[str, float]:
        middles: dict[str, float] = {}
        y = 0.0
        for index, lane in enumerate(self.lanes):
            members = [box for box in self.panel.boxes if box.lane == lane]
            if index:
                y += self._gap(index - 1)
            start = y
            framed = lane in self.framed
            height = max(self.heights[box.id] for box in members)
            y += (_FRAME_TOP if framed else 0.0) + height / 2
            middles.update({box.id: y for box in members})
            tracks = sum(self.by_id[arrow.source].lane == lane for arrow in self.bypassing)
            y += height / 2 + tracks * _TRACK + (_FRAME_PAD if framed else 0.0)
            self.lane_span[lane] = (start, y)
        return middles

    def _gap(self, index: int) -> float:
        """Height between the lanes `index` and `index + 1`: room for the labels of the links there."""
        labels = sum(self._label_gap(link) == index for link in self.panel.links)
        return _LINK_GAP + labels * _LINK_LABEL if labels else _LANE_GAP

    def _label_gap(self, link: Link) -> int:
        """The gap between lanes that lies beside the target, on the side of the source."""
        source, target = self._lane_index(link.source), self._lane_index(link.target)
        return target - 1 if source < target else target

    def _lane_index(self, group: str) -> int:
        return next(self.lanes.index(item.lane) for item in self.panel.groups if item.id == group)

    def _place_free(self, middles: dict[str, float]) -> None:
        """Free boxes rank by rank: first those that feed lanes (backwards), then the rest (forwards)."""
        free = [box for box in self.panel.boxes if box.lane is None]
        first_lane_rank = min((box.rank for box in self.panel.boxes if box.lane is not None), default=0)
        before = sorted({box.rank for box in free if box.rank < first_lane_rank}, reverse=True)
        after = sorted({box.rank for box in free if box.rank > first_lane_rank})
        for rank in (*before, *after):
            wanted = [
                (self._wanted(box, middles, forward=rank not in before), box.id) for box in free if box.rank == rank
            ]
            self._spread(wanted, middles)

    def _wanted(self, box: Box, middles: Mapping[str, float], *, forward: bool) -> float:
        ends = [
            arrow.source if forward else arrow.target
            for arrow in self.panel.arrows
            if (arrow.target if forward else arrow.source) == box.id
        ]
        known = [middles[end] for end in ends if end in middles]
        return sum(known) / len(known) if known else 0.0

    def _spread(self, wanted: list[tuple[float, str]], middles: dict[str, float]) -> None:
        """Boxes as near as possible to where they want to be, in this order, apart from each other: pooled neighbours share their mean."""
        order = sorted(wanted, key=lambda item: item[0])
        offsets = [0.0]
        for (_, left), (_, right) in pairwise(order):
            offsets.append(offsets[-1] + (self.heights[left] + self.heights[right]) / 2 + _FREE_GAP)
        pools: list[list[float]] = []
        for (y, _), offset in zip(order, offsets, strict=True):
            pools.append([y - offset, 1.0])
            while len(pools) > 1 and pools[-2][0] >= pools[-1][0]:
                (low, m), (high, n) = pools[-2], pools[-1]
                pools[-2:] = [[(low * m + high * n) / (m + n), m + n]]
        index = 0
        for mean, count in pools:
            for _ in range(int(count)):
                middles[order[index][1]] = mean + offsets[index]
                index += 1

    def _frame(self, group: Group, columns: Sequence[tuple[float, float]]) -> Rect:
        left = columns[min(self.framed_ranks)][0] - _FRAME_PAD
        titles = [text_width(other.title, LABEL_SIZE) + 2 * _FRAME_PAD for other in self.panel.groups]
        right = max(sum(columns[max(self.framed_ranks)]) + _FRAME_PAD, left + max(titles))
        low, high = self.lane_span[group.lane]
        return Rect(left, low, right - left, high - low)

    def _lines(self, columns: Sequence[tuple[float, float]]) -> tuple[Line, ...]:
        starts, ends = self._ports(outgoing=True), self._ports(outgoing=False)
        tracks: dict[int | None, int] = {}
        lines: list[Line] = []
        for index, arrow in enumerate(self.panel.arrows):
            (x0, y), (x1, y1) = starts[index], ends[index]
            rank = self._label_rank(arrow)
            points = [(x0, y)]
            if arrow in self.bypassing:
                lane = self.by_id[arrow.source].lane
                tracks[lane] = tracks.get(lane, 0) + 1
                lowest = max(self.rects[box.id].bottom for box in self.panel.boxes if box.lane == lane)
                y = lowest + tracks[lane] * _TRACK - 4
                # a deeper track goes down further left, so that two from one box do not cross
                down = x0 + 4 + 10 / tracks[lane]
                points += [(down, points[0][1]), (down, y)]
            points += [(columns[rank + 1][0] - self._turn(rank), y), (x1, y1)]
            label = None
            if arrow.label:
                width = text_width(arrow.label, LABEL_SIZE)
                left = columns[rank + 1][0] - self._turn(rank) - self._label_zone(rank) + 6
                label = Label(arrow.label, Rect(left, y - LABEL_SIZE - 4, width, LABEL_SIZE + 2))
            lines.append(Line(arrow.flow, tuple(points), curved=True, label=label))
        return tuple(lines)

    def _ports(self, *, outgoing: bool) -> dict[int, tuple[float, float]]:
        """Where every arrow leaves or enters its box: apart from each other, in the order of the other ends."""
        ports: dict[int, tuple[float, float]] = {}
        for box in self.panel.boxes:
            mine = [
                index
                for index, arrow in enumerate(self.panel.arrows)
                if (arrow.source if outgoing else arrow.target) == box.id
            ]

            def far(index: int, own: str = box.id) -> tuple[float, int]:
                arrow = self.panel.arrows[index]
                if outgoing and arrow in self.bypassing:
                    return self.rects[own].bottom + _TRACK, index
                other = self.rects[arrow.target if outgoing else arrow.source]
                return other.middle, index

            rect = self.rects[box.id]
            for place, index in enumerate(sorted(mine, key=far)):
                y = rect.middle + (place - (len(mine) - 1) / 2) * _PORT
                ports[index] = (rect.right if outgoing else rect.x, y)
        return ports

    def _link(self, index: int, frames: Mapping[str, Rect]) -> Line:
        link = self.panel.links[index]
        source, target = frames[link.source], frames[link.target]
        start, end = (source.bottom, target.y) if target.y > source.y else (source.y, target.bottom)
        x = source.x + _LINK_X + _LINK_STEP * index
        # beside the target, to the right of every line that passes there; labels of one gap stand under each other
        gap = self._label_gap(link)
        passing = [other for other, item in enumerate(self.panel.links) if self._passes(item, gap)]
        mine = [other for other, item in enumerate(self.panel.links) if self._label_gap(item) == gap]
        low, high = self.lane_span[self.lanes[gap]][1], self.lane_span[self.lanes[gap + 1]][0]
        middle = (low + high) / 2 + (mine.index(index) - (len(mine) - 1) / 2) * _LINK_LABEL
        left = source.x + _LINK_X + _LINK_STEP * max(passing) + 8
        width = text_width(link.label, LABEL_SIZE)
        label = Label(link.label, Rect(left, middle - LABEL_SIZE / 2 - 1, width, LABEL_SIZE + 2))
        return Line(link.flow, ((x, start), (x, end)), curved=False, label=label)

    def _passes(self, link: Link, gap: int) -> bool:
        first, last = sorted((self._lane_index(link.source), self._lane_index(link.target)))
        return first <= gap < last


def _frame_title(group: Group, frame: Rect) -> Label:
    width = text_width(group.title, LABEL_SIZE)
    return Label(group.title, Rect(frame.x + _FRAME_PAD, frame.y + 6, width, LABEL_SIZE + 2))
