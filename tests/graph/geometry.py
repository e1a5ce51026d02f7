"""What a clean picture keeps: no overlapping boxes, no cut or covered label, no line through a box that it does not join."""

from itertools import combinations, pairwise

from ssmi_dsl.graph.layout import Line, PlacedPanel, Rect, place
from ssmi_dsl.graph.picture import Panel


def points_of(line: Line, num: int = 40) -> list[tuple[float, float]]:
    """Points along a line as `ssmi_dsl.graph.svg.path` draws it."""
    *straight, (x0, y0), (x1, y1) = line.points
    corners = [*straight, (x0, y0)]
    found = [
        (a[0] + (b[0] - a[0]) * t / num, a[1] + (b[1] - a[1]) * t / num)
        for a, b in pairwise(corners)
        for t in range(num + 1)
    ]
    half = (x0 + x1) / 2 if line.curved else x0
    for step in range(num + 1):
        t = step / num
        u = 1 - t
        x = u**3 * x0 + 3 * u * u * t * half + 3 * u * t * t * half + t**3 * (x1 - 4)
        y = u**3 * y0 + 3 * u * u * t * y0 + 3 * u * t * t * y1 + t**3 * y1
        found.append((x, y) if line.curved else (x0 + (x1 - x0) * t, y0 + (y1 - y0) * t))
    return found


def check_panel(panel: Panel) -> PlacedPanel:
    """Place a panel and assert all of it."""
    placed = place(panel)
    whole = Rect(-0.01, -0.01, placed.size[0] + 0.02, placed.size[1] + 0.02)
    labels = [line.label for line in (*placed.lines, *placed.links) if line.label is not None]
    labels += list(placed.frame_titles.values())
    for rect in (*placed.boxes.values(), *placed.frames.values(), *(label.rect for label in labels)):
        assert whole.contains(rect), rect
    for (left, a), (right, b) in combinations(placed.boxes.items(), 2):
        assert not a.overlaps(b), f"{left} and {right} overlap"
    for (left, a), (right, b) in combinations(placed.frames.items(), 2):
        assert not a.overlaps(b), f"frames {left} and {right} overlap"
    for group in panel.groups:
        for member in group.members:
            assert placed.frames[group.id].contains(placed.boxes[member]), f"{member} leaves its frame"
    for box in panel.boxes:
        if box.lane is None or box.lane not in {group.lane for group in panel.groups}:
            assert not any(frame.overlaps(placed.boxes[box.id]) for frame in placed.frames.values()), box.id
    for a, b in combinations(labels, 2):
        assert not a.rect.overlaps(b.rect), f"labels {a.text!r} and {b.text!r} overlap"
    for label in labels:
        for id, rect in placed.boxes.items():
            assert not rect.overlaps(label.rect), f"{label.text!r} lies on {id}"
    for arrow, line in zip(panel.arrows, placed.lines, strict=True):
        own = {arrow.source, arrow.target}
        for x, y in points_of(line):
            assert all(
                id in own or not (rect.x < x < rect.right and rect.y < y < rect.bottom)
                for id, rect in placed.boxes.items()
            ), f"{arrow.source} -> {arrow.target} runs through a box"
            assert not any(
                label.rect.x < x < label.rect.right and label.rect.y < y < label.rect.bottom for label in labels
            ), f"{arrow.source} -> {arrow.target} runs through a label"
    return placed
