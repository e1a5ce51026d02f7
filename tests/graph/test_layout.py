"""The layout keeps its promises for any number of branches, views, stores and objectives."""

from itertools import pairwise

from graph.geometry import check_panel
from hypothesis import given, settings
from hypothesis import strategies as st

from ssmi_dsl.graph.picture import Arrow, Box, Flow, Group, Kind, Link, Panel

WORDS = st.text(alphabet="abc xyz=,.θ₁→", min_size=0, max_size=24)


@st.composite
def panels(draw: st.DrawFn) -> Panel:
    """Methods that nobody has written yet: up to five branches, four objectives that read any output, queues, links."""
    boxes: list[Box] = []
    arrows: list[Arrow] = []
    groups: list[Group] = []
    links: list[Link] = []
    outputs: list[str] = []
    lane = 0
    num_branches = draw(st.integers(1, 5))
    num_views = draw(st.integers(1, 3))
    boxes += [Box(f"view{view}", Kind.VIEW, "views", draw(WORDS), 0, None) for view in range(num_views)]
    stores: list[tuple[str, str]] = []
    for branch in range(num_branches):
        num_parts = draw(st.integers(1, 3))
        ids = [f"b{branch}.{part}" for part in range(num_parts)]
        boxes.extend(Box(id, Kind.PART, f"part {index}", draw(WORDS), 1 + index, lane) for index, id in enumerate(ids))
        flow = draw(st.sampled_from([Flow.GRADIENT, Flow.STOPPED]))
        arrows.extend(Arrow(a, b, flow) for a, b in pairwise(ids))
        views = draw(st.sets(st.integers(0, num_views - 1), min_size=1))
        arrows += [Arrow(f"view{view}", ids[0], Flow.DATA, draw(WORDS)) for view in sorted(views)]
        groups.append(Group(f"b{branch}", draw(WORDS), lane, tuple(ids)))
        if branch and draw(st.booleans()):
            ends = [f"b{draw(st.integers(0, branch - 1))}", f"b{branch}"]
            source, target = reversed(ends) if draw(st.booleans()) else ends
            links.append(Link(source, target, draw(st.sampled_from([Flow.FOLLOWS, Flow.SHARED])), draw(WORDS)))
        outputs += ids
        lane += 1
        if draw(st.booleans()):
            boxes.append(Box(f"store{branch}", Kind.STATE, "queue", draw(WORDS), 4, lane))
            arrows.append(Arrow(ids[-1], f"store{branch}", Flow.STOPPED, draw(WORDS)))
            stores.append((f"store{branch}", ids[-1]))
            lane += 1
    for objective in range(draw(st.integers(1, 4))):
        critic = f"critic{objective}"
        boxes.append(Box(critic, Kind.CRITIC, "critic", draw(WORDS), 5, None))
        reads = draw(st.lists(st.sampled_from([*outputs, *(store for store, _ in stores)]), min_size=1, max_size=4))
        arrows.extend(Arrow(read, critic, Flow.GRADIENT, draw(WORDS)) for read in reads)
        for term in range(draw(st.integers(1, 2))):
            boxes.append(Box(f"term{objective}{term}", Kind.TERM, "term", draw(WORDS), 6, None))
            arrows.append(Arrow(critic, f"term{objective}{term}", Flow.GRADIENT))
            arrows.append(Arrow(f"term{objective}{term}", "loss", Flow.GRADIENT, draw(WORDS)))
    boxes.append(Box("loss", Kind.LOSS, "loss", "", 7, None))
    return Panel(draw(WORDS), tuple(boxes), tuple(arrows), tuple(groups), tuple(links))


@given(panels())
@settings(max_examples=150, deadline=None, derandomize=True)
def test_any_picture_is_clean(panel: Panel) -> None:
    check_panel(panel)
