"""What goes together in a spec whose views have modalities: each view one modality, and one branch that encodes it. Findings of SY011."""

from collections.abc import Callable, Iterator

from ssmi_dsl.components.backbones import EncoderSpec, Text
from ssmi_dsl.diagnostics import Loc
from ssmi_dsl.spec.lineage import lineage
from ssmi_dsl.spec.method import split_output
from ssmi_dsl.spec.method_spec import MethodSpec
from ssmi_dsl.spec.objective import Objective


def modality_findings(spec: MethodSpec, place: Callable[[int], Loc]) -> Iterator[tuple[Loc, str]]:
    """Combinations that cannot be compiled; `place` gives the YAML path of an objective by its number."""
    yield from _views(spec)
    yield from _encoders(spec)
    for index, objective in enumerate(spec.objective):
        yield from _ends(spec, objective, place(index))


def _views(spec: MethodSpec) -> Iterator[tuple[Loc, str]]:
    views = spec.views
    if views.modalities is None:
        return
    named = len(views.modalities)
    if views.count != named:
        text = f"`modalities` names {named} views, and `count` is {views.count}: write `count: {named}`, or name a modality for each view"
        yield ("views", "count"), text
    if views.local is not None:
        yield ("views", "local"), "local views have no modality: leave out `local`, or `modalities`"


def _encoders(spec: MethodSpec) -> Iterator[tuple[Loc, str]]:
    """Branches whose backbone cannot read the view that falls to them; of a branch without a view `_ends` speaks."""
    modalities = spec.views.modalities or ()
    for name, modality in zip(spec.branches, modalities, strict=False):
        encoder, loc = _encoder(spec, name)
        if modality == "text" and not isinstance(encoder.backbone, Text):
            yield loc, f"branch `{name}` encodes a view of texts: give it `encoder: {{backbone: text}}`"
        if modality == "image" and isinstance(encoder.backbone, Text):
            yield loc, f"branch `{name}` encodes a view of images, and `text` reads texts: give it another backbone"


def _encoder(spec: MethodSpec, name: str) -> tuple[EncoderSpec, Loc]:
    """The encoder of a branch, its own or that of the branch it takes parameters from, and where it is written."""
    for owner in lineage(spec.branches, name):
        encoder = spec.branches[owner].encoder
        if encoder is not None:
            return encoder, ("branches", owner, "encoder", "backbone")
    return spec.encoder, ("encoder", "backbone")


def _ends(spec: MethodSpec, objective: Objective, place: Loc) -> Iterator[tuple[Loc, str]]:
    if spec.views.modalities is None:
        return
    order = list(spec.branches)
    if objective.on is None:
        names = [order[0], order[min(1, len(order) - 1)]]
    else:
        names = [split_output(end)[0] for end in (objective.on.a, objective.on.b)]
    for end, name in zip(("a", "b"), names, strict=True):
        if name in order and order.index(name) >= len(spec.views.modalities):
            text = f"the branches encode the views in their order, and for `{name}`, number {order.index(name) + 1}, there is none"
            yield (*place, "on", end), f"{text}: name its modality in `views.modalities`"
    if names[0] == names[1] and objective.views == "other":
        text = f"branch `{names[0]}` encodes one of the views, and this objective relates two: write a branch for each modality"
        yield (*place, "on"), text
