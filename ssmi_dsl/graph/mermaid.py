"""The picture as a Mermaid flowchart, for pages that draw it themselves (GitHub, GitLab, many wikis)."""

from collections.abc import Iterator

from ssmi_dsl.graph.picture import Arrow, Box, Flow, Kind, Link, Panel

_DASHES = {Flow.STOPPED: "7 5", Flow.FOLLOWS: "1 5"}
_COLOR = {
    Flow.GRADIENT: "#0b69a3",
    Flow.STOPPED: "#9e3a14",
    Flow.FOLLOWS: "#2b8a3e",
    Flow.DATA: "#7b8794",
    Flow.SHARED: "#7b8794",
}
_MEANING = {
    Flow.GRADIENT: "the gradient flows back",
    Flow.STOPPED: "stopped, no gradient",
    Flow.FOLLOWS: "follows after the step",
    Flow.DATA: "data",
    Flow.SHARED: "the same parameters",
}


def render(panels: tuple[Panel, ...], *, title: str) -> str:
    """A whole `flowchart LR`, with a legend of the lines that it contains."""
    chart = _Chart()
    chart.lines = ["---", f"title: {_quoted(title)}", "---", "flowchart LR"]
    for index, panel in enumerate(panels):
        chart.panel(panel, f"p{index}")
    chart.legend([flow for flow in Flow if any(line.flow is flow for panel in panels for line in _lines(panel))])
    return "\n".join([*chart.lines, *chart.styles()]) + "\n"


class _Chart:
    """Lines of the chart, and the flow of every edge in the order in which Mermaid numbers them."""

    def __init__(self) -> None:
        self.lines: list[str] = []
        self.edges: list[Flow] = []
        self.moving: list[str] = []

    def panel(self, panel: Panel, prefix: str) -> None:
        indent = "  "
        if panel.title:
            self.lines.append(f"  subgraph {prefix}[{_quoted(panel.title)}]")
            indent = "    "
        inside = {member for group in panel.groups for member in group.members}
        for group in panel.groups:
            self.lines.append(f"{indent}subgraph {_id(prefix, group.id)}[{_quoted(group.title)}]")
            self.lines += [f"{indent}  {self._node(panel.box(member), prefix)}" for member in group.members]
            self.lines.append(f"{indent}end")
        self.lines += [f"{indent}{self._node(box, prefix)}" for box in panel.boxes if box.id not in inside]
        for line in _lines(panel):
            self._edge(indent, _id(prefix, line.source), _id(prefix, line.target), line.flow, line.label)
        if panel.title:
            self.lines.append("  end")

    def legend(self, flows: list[Flow]) -> None:
        self.lines.append("  subgraph legend[legend]")
        for flow in flows:
            self.lines.append(f'    legend_{flow}_from[" "]')
            self._edge("    ", f"legend_{flow}_from", f"legend_{flow}_to[{_quoted(_MEANING[flow])}]", flow, "")
        self.lines.append("  end")

    def styles(self) -> Iterator[str]:
        for index, flow in enumerate(self.edges):
            dashes = f",stroke-dasharray:{_DASHES[flow]}" if flow in _DASHES else ""
            yield f"  linkStyle {index} stroke:{_COLOR[flow]}{dashes}"
        yield "  classDef moves fill:#bae3ff,stroke:#1f2933"
        if self.moving:
            yield f"  class {','.join(self.moving)} moves"

    def _node(self, box: Box, prefix: str) -> str:
        id = _id(prefix, box.id)
        if box.moves:
            self.moving.append(id)
        text = _quoted(box.title, box.subtitle)
        return (
            f"{id}([{text}])"
            if box.kind is Kind.VIEW
            else f"{id}[({text})]"
            if box.kind is Kind.STATE
            else f"{id}[{text}]"
        )

    def _edge(self, indent: str, source: str, target: str, flow: Flow, label: str) -> None:
        line = "---" if flow is Flow.SHARED else "-->"
        text = f"|{_quoted(label)}|" if label else ""
        self.lines.append(f"{indent}{source} {line}{text} {target}")
        self.edges.append(flow)


def _lines(panel: Panel) -> tuple[Arrow | Link, ...]:
    return (*panel.arrows, *panel.links)


def _id(prefix: str, id: str) -> str:
    return prefix + "_" + "".join(character if character.isalnum() else "_" for character in id)


def _quoted(*parts: str) -> str:
    """Text that Mermaid takes literally: quotes and markup as entities, parts on lines of their own."""
    escaped = (
        part.replace("&", "#amp;").replace('"', "#quot;").replace("<", "#lt;").replace(">", "#gt;") for part in parts
    )
    return '"' + "<br/>".join(part for part in escaped if part) + '"'
