"""The picture of every bundled spec: well-formed, clean, true to the method."""

import re
import xml.etree.ElementTree as ET
from dataclasses import replace
from pathlib import Path

import pytest
from graph.geometry import check_panel

from ssmi_dsl.bundled import bundled_names
from ssmi_dsl.difference import compare
from ssmi_dsl.explain import explain
from ssmi_dsl.explain.text import WIDTH, render
from ssmi_dsl.graph import Flow, Kind, mermaid, panels_of, svg
from ssmi_dsl.graph.layout import LABEL_SIZE
from ssmi_dsl.graph.text_width import text_width
from ssmi_dsl.load import load
from ssmi_dsl.spec.method import Method, Pair, Sharing, understand
from ssmi_dsl.spec.parts import trained_parts
from ssmi_dsl.understood import load_understood
from ssmi_runtime.cli.graph import draw

SVG = "{http://www.w3.org/2000/svg}"
RECIPES = ("default", "digits")


@pytest.mark.parametrize("recipe", RECIPES)
@pytest.mark.parametrize("name", bundled_names())
def test_boxes_and_labels_are_clean(name: str, recipe: str) -> None:
    for panel in panels_of(load(name, recipe=recipe)):
        check_panel(panel)


@pytest.mark.parametrize("name", bundled_names())
def test_the_svg_is_well_formed_and_holds_all_that_it_draws(name: str) -> None:
    method = load(name)
    root = ET.fromstring(svg.render(panels_of(method), title=f"{name} & <more>", subtitle="sub"))
    assert root.tag == f"{SVG}svg"
    width, height = (float(root.attrib[key]) for key in ("width", "height"))
    assert root.attrib["viewBox"] == f"0 0 {root.attrib['width']} {root.attrib['height']}"
    assert not {element.tag for element in root.iter()} & {f"{SVG}script", f"{SVG}image", f"{SVG}foreignObject"}
    markers = {element.attrib["id"] for element in root.iter(f"{SVG}marker")}
    for element in root.iter(f"{SVG}path"):
        if "marker-end" in element.attrib:
            assert element.attrib["marker-end"][5:-1] in markers
    placed = svg.arrange(panels_of(method), title=name, subtitle="sub")
    for x, y, panel in placed.panels:
        assert x + panel.size[0] <= placed.width
        assert y + panel.size[1] <= placed.height
    for x, y, text in placed.legend:
        assert x + 42 + text_width(text, LABEL_SIZE) <= placed.width
        assert y + LABEL_SIZE <= placed.height
    inside = [text for text in root.iter(f"{SVG}text") if text.attrib.get("text-anchor") != "middle"]
    assert all(0 <= float(t.attrib["x"]) <= width and float(t.attrib["y"]) <= height for t in inside)


@pytest.mark.parametrize("name", bundled_names())
def test_lines_say_what_the_method_does(name: str) -> None:
    method = load(name)
    for phase, panel in zip(method.phases, panels_of(method), strict=True):
        kinds = {box.id: box.kind for box in panel.boxes}
        for arrow in panel.arrows:
            branch = arrow.source.split(".")[0]
            if kinds[arrow.source] is Kind.PART:
                to_store = kinds[arrow.target] is Kind.STATE
                stopped = branch in phase.stopped or to_store
                # raw features have no parameters, so that no gradient ends there
                moving = Flow.GRADIENT if branch != "raw" else Flow.DATA
                assert arrow.flow is (Flow.STOPPED if stopped else moving)
            if kinds[arrow.source] is Kind.VIEW:
                assert arrow.flow is Flow.DATA
        moved = {_group_of(method, box.id) for box in panel.boxes if box.moves}
        assert moved == set(trained_parts(method, phase))
        followers = {link.target for link in panel.links if link.flow is Flow.FOLLOWS}
        assert followers == {b.name for b in method.branches if b.sharing in (Sharing.EMA, Sharing.FROZEN)}


def _group_of(method: Method, box: str) -> str:
    """The parameter group that a box applies: prototypes may be those of a target's source, a predictor is never shared; a critic has a
    group of its own.
    """
    name, dot, part = box.partition(".")
    if not dot:
        return f"objective{int(box.partition('-')[2] or 1) - 1}"
    branch = method.branch(name)
    if part == "predictor":
        return box
    return f"{branch.prototype_owner if part in ('prototypes', 'token_prototypes') else branch.owner}.{part}"


def test_one_panel_for_each_phase_with_the_sides_exchanged() -> None:
    first, second = panels_of(load("sdmi"))
    assert (first.title, second.title) == (
        "e-step: moves a; b held constant",
        "m-step: moves b; a held constant",
    )


def test_views_that_different_branches_read_are_different_boxes() -> None:
    assert {b.title for b in panels_of(load("byol"))[0].boxes if b.kind is Kind.VIEW} == {"views x₁, x₂"}
    assert {b.title for b in panels_of(load("moco-v2"))[0].boxes if b.kind is Kind.VIEW} == {"view x₁", "view x₂"}


def test_a_predictor_is_said_to_stand_for_the_marginal_and_a_queue_is_drawn() -> None:
    boxes = {box.id: box for box in panels_of(load("simsiam"))[0].boxes}
    assert "stands for M" in boxes["online.predictor"].subtitle
    assert "marginal" not in boxes
    assert panels_of(load("moco-v2"))[0].box("queue").subtitle == "65536 × 128"


@pytest.mark.parametrize("name", bundled_names())
def test_mermaid_styles_every_edge_that_it_draws(name: str) -> None:
    panels = panels_of(load(name))
    text = mermaid.render(panels, title='a "title" <b>')
    assert "#quot;title#quot; #lt;b#gt;" in text
    edges = re.findall(r"^ +\S+ (?:-->|---)(?:\|\"[^|]*\"\|)? \S+", text, re.MULTILINE)
    styles = [int(number) for number in re.findall(r"linkStyle (\d+) ", text)]
    assert styles == list(range(len(edges)))
    assert len(re.findall(r"^ *subgraph ", text, re.MULTILINE)) == len(re.findall(r"^ *end$", text, re.MULTILINE))
    for flow, dashes in ((Flow.STOPPED, "7 5"), (Flow.FOLLOWS, "1 5")):
        drawn = sum(line.flow is flow for panel in panels for line in (*panel.arrows, *panel.links))
        assert text.count(f"stroke-dasharray:{dashes}") == drawn + (1 if drawn else 0)


def test_the_networks_are_those_of_the_recipe() -> None:
    default, digits = (draw(load("jmi", recipe=recipe), "svg") for recipe in RECIPES)
    assert "mlp 2048-256" in default
    assert "mlp 256-128" in digits


def test_a_regulariser_is_drawn_without_critic_and_joint_term() -> None:
    (panel,) = panels_of(load("dinov2"))
    assert {box.id for box in panel.boxes if box.kind is Kind.CRITIC} == {"critic-1", "critic-2"}
    (into,) = [arrow for arrow in panel.arrows if arrow.target == "marginal-3"]
    assert (into.source, into.flow) == ("student.encoder", Flow.GRADIENT)
    assert panel.box("marginal-3").title == "surrogate of M of spread"
    (out,) = [arrow for arrow in panel.arrows if arrow.source == "marginal-3"]
    assert (out.target, out.label) == ("loss", "0.1 M")


def test_masks_inputs_and_texts_are_said() -> None:
    (jepa,), (masked,), (clip,) = (panels_of(load(name)) for name in ("i-jepa", "data2vec", "clip"))
    assert jepa.box("views-0").subtitle == "random-resized-crop; mask block (count 4, scale 0.175)"
    assert jepa.box("context.encoder").subtitle == "vit, visible patches only"
    assert jepa.box("target.encoder").subtitle == "vit"
    assert masked.box("student.encoder").subtitle == "vit, hidden patches masked"
    assert {"a, hidden patches of x₁", "b, hidden patches of x₁, stopped"} <= {arrow.label for arrow in jepa.arrows}
    assert clip.box("views-1").subtitle == "text"


def test_local_views_have_a_box_of_their_own() -> None:
    (msn,), (crops,) = (panels_of(load(name)) for name in ("msn", "simclr-multicrop"))
    titles = [box.title for box in msn.boxes if box.kind is Kind.VIEW]
    assert sorted(titles) == ["view x₁", "view x₂", "views x₃ … x₁₂"]
    assert [box.title for box in crops.boxes if box.kind is Kind.VIEW] == ["views x₁, x₂", "views x₃ … x₆"]


def test_branches_beyond_two_are_drawn_beside_what_they_follow() -> None:
    method = load("byol")
    spec = method.spec
    source = spec.branches["online"].model_copy(update={"predictor": None})
    branches = {**spec.branches, "third": spec.branches["target"], "fourth": source}
    several = understand(spec.model_copy(update={"branches": branches}), method.recipe)
    views = [
        Pair("online", 0, "target", 1),
        Pair("online", 2, "third", 0),
        Pair("fourth", 3, "third", 1),
    ]
    (panel,) = panels_of(replace(several, objectives=(replace(several.objectives[0], pairs=tuple(views)),)))
    check_panel(panel)
    lanes = [group.id for group in sorted(panel.groups, key=lambda group: group.lane)]
    assert lanes == ["third", "online", "target", "fourth"]
    titles = {box.title for box in panel.boxes if box.kind is Kind.VIEW}
    assert titles == {"view x₁", "view x₂", "view x₃", "view x₄"}


MULTI = """
ssmi: 1
name: multi
paradigm: sdmi
views: {count: 2, augment: dino-global, local: {count: 6, augment: simclr}}
encoder: {backbone: resnet18, stem: small}
branches:
  student: {projector: {mlp: [2048, 256]}, predictor: {mlp: [512, 256]}}
  teacher: {of: student, update: {ema: {momentum: 0.996, final: 1.0, schedule: cosine}}, stop_gradient: true}
objective:
  - {name: global, bound: infonce, critic: {cosine: {temperature: 0.1}}, marginal: {queue: {size: 4096}}}
  - name: spread
    bound: donsker-varadhan
    critic: {rbf: {per_feature: true}}
    marginal: variance-covariance
    "on": {a: student.projection, b: teacher.projection}
    weight: 0.1
optimize: {schedule: alternating, swap: true}
"""


def test_objectives_views_and_outputs_are_all_drawn(tmp_path: Path) -> None:
    path = tmp_path / "multi.yaml"
    path.write_text(MULTI)
    method, problems = load_understood(path)
    assert problems == ()
    (panel,) = panels_of(method)
    check_panel(panel)
    titles = {box.title for box in panel.boxes}
    assert titles >= {"views x₁, x₂", "views x₃ … x₈", "joint term J of global", "surrogate of M of spread", "queue"}
    ends = {(arrow.source, arrow.target) for arrow in panel.arrows}
    assert ends >= {
        ("student.predictor", "critic-1"),
        ("student.projector", "critic-2"),
        ("teacher.projector", "critic-2"),
    }
    written = render(explain(method))
    assert "Objective 2 of 2" in written
    assert max(len(line) for line in written.splitlines()) <= WIDTH
    one = load_understood("byol")[0]
    (only,) = [
        c
        for c in compare({"default": method}, {"default": one}, names=("a", "b")).changes[None]
        if c.section == "objective 2"
    ]
    assert (only.a, only.b) == ("donsker-varadhan, rbf, variance-covariance", None)
