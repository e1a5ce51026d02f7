"""The picture as SVG: plain shapes and text, no script, no external reference. `ssmi_dsl.graph.layout` says where everything lies."""

from collections.abc import Iterator
from dataclasses import dataclass
from html import escape

from ssmi_dsl.graph.layout import LABEL_SIZE, SUBTITLE_SIZE, TITLE_SIZE, Line, PlacedPanel, Rect, place
from ssmi_dsl.graph.picture import Box, Flow, Kind, Panel
from ssmi_dsl.graph.text_width import text_width

MARGIN, _PANEL_TITLE, _PANEL_GAP, _HEAD, _LEGEND_ROW = 24.0, 30.0, 28.0, 46.0, 24.0
_FONT = "DejaVu Sans, Verdana, sans-serif"
_INK, _MUTED, _PAPER, _FRAME, _RULE = "#1f2933", "#52606d", "#ffffff", "#f5f7fa", "#cbd2d9"
_FILL = {
    Kind.VIEW: "#ffffff",
    Kind.PART: "#e4e7eb",
    Kind.STATE: "#e4e7eb",
    Kind.CRITIC: "#fff3c4",
    Kind.TERM: "#fff3c4",
    Kind.LOSS: "#fadb5f",
}
_MOVING = "#bae3ff"
_STROKE = {
    Flow.GRADIENT: ("#0b69a3", 2.0, None),
    Flow.STOPPED: ("#9e3a14", 1.8, "7 5"),
    Flow.FOLLOWS: ("#2b8a3e", 2.2, "0.1 5"),
    Flow.DATA: ("#7b8794", 1.2, None),
    Flow.SHARED: ("#7b8794", 1.2, None),
}
_MEANING = {
    Flow.GRADIENT: "the gradient flows back",
    Flow.STOPPED: "stopped: no gradient",
    Flow.FOLLOWS: "follows after the step, no gradient",
    Flow.DATA: "data",
    Flow.SHARED: "the same parameters",
}


@dataclass(frozen=True, slots=True)
class Placed:
    """A whole picture: panels with their upper left corners, and the size that holds them with title and legend."""

    panels: tuple[tuple[float, float, PlacedPanel], ...]
    legend: tuple[tuple[float, float, str], ...]
    width: float
    height: float


def render(panels: tuple[Panel, ...], *, title: str, subtitle: str) -> str:
    """The SVG document."""
    placed = arrange(panels, title=title, subtitle=subtitle)
    lines = [*_open(placed, title, subtitle)]
    for x, y, panel in placed.panels:
        lines.append(f'<g transform="translate({_n(x)} {_n(y)})">')
        if panel.panel.title:
            lines.append(_text(0, -12, panel.panel.title, TITLE_SIZE, bold=True))
        lines += [*_panel(panel), "</g>"]
    lines += [*_legend(placed), "</svg>"]
    return "\n".join(lines) + "\n"


def arrange(panels: tuple[Panel, ...], *, title: str, subtitle: str) -> Placed:
    """Where panels and legend lie: panels under each other, the legend at the foot, broken into rows that fit."""
    y = MARGIN + _HEAD
    positions: list[tuple[float, float, PlacedPanel]] = []
    width = max(text_width(title, 16, bold=True), text_width(subtitle, SUBTITLE_SIZE))
    for panel in panels:
        placed = place(panel)
        y += _PANEL_TITLE if panel.title else 0.0
        positions.append((MARGIN, y, placed))
        width = max(width, placed.size[0])
        y += placed.size[1] + _PANEL_GAP
    entries = [text for text, _ in _legend_entries(panels)]
    sizes = [text_width(text, LABEL_SIZE) + 62 for text in entries]
    width = max(width, *sizes)
    legend: list[tuple[float, float, str]] = []
    x = MARGIN
    for text, size in zip(entries, sizes, strict=True):
        if x > MARGIN and x + size > MARGIN + width:
            x, y = MARGIN, y + _LEGEND_ROW
        legend.append((x, y, text))
        x += size
    return Placed(tuple(positions), tuple(legend), width + 2 * MARGIN, y + _LEGEND_ROW + MARGIN)


def _legend_entries(panels: tuple[Panel, ...]) -> list[tuple[str, Flow | str]]:
    """Texts and samples of what the picture contains, and of nothing else."""
    flows = {line.flow for panel in panels for line in (*panel.arrows, *panel.links)}
    entries: list[tuple[str, Flow | str]] = [(_MEANING[flow], flow) for flow in Flow if flow in flows]
    if any(box.moves for panel in panels for box in panel.boxes):
        entries.append(("moved by the optimiser", _MOVING))
    if any(box.kind is Kind.PART and not box.moves for panel in panels for box in panel.boxes):
        entries.append(("not moved by the optimiser", _FILL[Kind.PART]))
    return entries


def _open(placed: Placed, title: str, subtitle: str) -> Iterator[str]:
    width, height = _n(placed.width), _n(placed.height)
    yield (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height}" viewBox="0 0 {width} {height}" '
        f'role="img" font-family="{_FONT}">'
    )
    yield f"<title>{escape(title)}</title>"
    yield f"<desc>{escape(subtitle)}</desc>"
    yield "<defs>"
    for flow in (Flow.GRADIENT, Flow.STOPPED, Flow.FOLLOWS, Flow.DATA):
        color = _STROKE[flow][0]
        yield (
            f'<marker id="head-{flow}" viewBox="0 0 10 10" refX="9" refY="5" markerWidth="9" markerHeight="9" '
            f'markerUnits="userSpaceOnUse" orient="auto"><path d="M0 0.5 L10 5 L0 9.5 z" fill="{color}"/></marker>'
        )
    yield "</defs>"
    yield f'<rect width="{width}" height="{height}" fill="{_PAPER}"/>'
    yield _text(MARGIN, MARGIN + 14, title, 16, bold=True)
    yield _text(MARGIN, MARGIN + 32, subtitle, SUBTITLE_SIZE, color=_MUTED)


def _panel(placed: PlacedPanel) -> Iterator[str]:
    # links lie behind the frames that they pass
    for line in placed.links:
        yield from _line(line)
    for group in placed.panel.groups:
        yield _rect(placed.frames[group.id], fill=_FRAME, stroke=_RULE, radius=10)
        label = placed.frame_titles[group.id]
        yield _text(label.rect.x, label.rect.bottom - 3, label.text, LABEL_SIZE, color=_MUTED)
    for line in placed.lines:
        yield from _line(line)
    for box in placed.panel.boxes:
        yield from _box(box, placed.boxes[box.id])


def _box(box: Box, rect: Rect) -> Iterator[str]:
    fill = _MOVING if box.moves else _FILL[box.kind]
    yield _rect(rect, fill=fill, stroke=_INK if box.kind is not Kind.VIEW else _MUTED, radius=6)
    center = rect.x + rect.width / 2
    title_y = rect.middle + (-3 if box.subtitle else 4.5)
    yield _text(center, title_y, box.title, TITLE_SIZE, bold=True, anchor="middle")
    if box.subtitle:
        yield _text(center, rect.middle + 13, box.subtitle, SUBTITLE_SIZE, anchor="middle", color=_MUTED)


def _line(line: Line) -> Iterator[str]:
    if line.flow is Flow.SHARED:
        (x0, y0), (x1, y1) = line.points[0], line.points[-1]
        for offset in (-2, 2):
            yield _stroke(f"M{_n(x0 + offset)} {_n(y0)} L{_n(x1 + offset)} {_n(y1)}", line.flow, head=False)
    else:
        yield _stroke(path(line), line.flow, head=True)
    if line.label is not None:
        color = _STROKE[line.flow][0]
        yield _text(line.label.rect.x, line.label.rect.bottom - 3, line.label.text, LABEL_SIZE, color=color)


def path(line: Line) -> str:
    """The path data of a line: straight pieces, and for an arrow an S-curve at the end, straight where both ends have one height."""
    *straight, (x0, y0), (x1, y1) = line.points
    first, *others = [*straight, (x0, y0)]
    data = f"M{_n(first[0])} {_n(first[1])}" + "".join(f" L{_n(x)} {_n(y)}" for x, y in others)
    if not line.curved or y0 == y1:
        return f"{data} L{_n(x1)} {_n(y1)}"
    half = (x0 + x1) / 2
    return f"{data} C{_n(half)} {_n(y0)} {_n(half)} {_n(y1)} {_n(x1 - 4)} {_n(y1)} L{_n(x1)} {_n(y1)}"


def _legend(placed: Placed) -> Iterator[str]:
    samples = dict(_legend_entries(tuple(panel.panel for _, _, panel in placed.panels)))
    for x, y, text in placed.legend:
        sample = samples[text]
        if isinstance(sample, Flow):
            if sample is Flow.SHARED:
                for offset in (-2, 2):
                    yield _stroke(f"M{_n(x)} {_n(y + offset)} L{_n(x + 34)} {_n(y + offset)}", sample, head=False)
            else:
                yield _stroke(f"M{_n(x)} {_n(y)} L{_n(x + 34)} {_n(y)}", sample, head=True)
        else:
            yield _rect(Rect(x + 8, y - 7, 20, 14), fill=sample, stroke=_INK, radius=3)
        yield _text(x + 42, y + 4, text, LABEL_SIZE)


def _stroke(data: str, flow: Flow, *, head: bool) -> str:
    color, width, dashes = _STROKE[flow]
    dash = f' stroke-dasharray="{dashes}"' if dashes else ""
    cap = ' stroke-linecap="round"' if flow is Flow.FOLLOWS else ""
    end = f' marker-end="url(#head-{flow})"' if head else ""
    return f'<path d="{data}" fill="none" stroke="{color}" stroke-width="{width:g}"{dash}{cap}{end}/>'


def _rect(rect: Rect, *, fill: str, stroke: str, radius: float) -> str:
    return (
        f'<rect x="{_n(rect.x)}" y="{_n(rect.y)}" width="{_n(rect.width)}" height="{_n(rect.height)}" rx="{radius:g}" '
        f'fill="{fill}" stroke="{stroke}" stroke-width="1"/>'
    )


def _text(
    x: float, y: float, text: str, size: float, *, bold: bool = False, anchor: str = "start", color: str = _INK
) -> str:
    weight = ' font-weight="bold"' if bold else ""
    align = f' text-anchor="{anchor}"' if anchor != "start" else ""
    return f'<text x="{_n(x)}" y="{_n(y)}" font-size="{size:g}" fill="{color}"{weight}{align}>{escape(text)}</text>'


def _n(value: float) -> str:
    return f"{value:.1f}".rstrip("0").rstrip(".")
