"""What goes together in a spec of a graph, and which options of its words have no compiler: findings of SY011."""

from collections.abc import Callable, Iterator

from ssmi_dsl.components.augment import resolve_augment
from ssmi_dsl.components.backbones import Backbone, Gcn, Identity, MlpBackbone
from ssmi_dsl.diagnostics import Loc
from ssmi_dsl.spec.method_spec import MethodSpec
from ssmi_dsl.spec.objective import Objective
from ssmi_dsl.terms import term_name
from ssmi_dsl.terms.marginals.corrupted import Corrupted
from ssmi_dsl.terms.marginals.permutation import Permutation
from ssmi_dsl.terms.marginals.unlinked import Unlinked
from ssmi_dsl.terms.positives.neighbours import Neighbours
from ssmi_dsl.terms.positives.summary import Summary

# backbones that take the features of a node
OF_NODES = (Gcn, Identity, MlpBackbone)


def graph_findings(spec: MethodSpec, place: Callable[[int], Loc]) -> Iterator[tuple[Loc, str]]:
    """Combinations that cannot be compiled; `place` gives the YAML path of an objective by its number."""
    yield from _views(spec)
    yield from _encoders(spec)
    for index, objective in enumerate(spec.objective):
        yield from _objective(spec, objective, place(index))


def _views(spec: MethodSpec) -> Iterator[tuple[Loc, str]]:
    views = spec.views
    if views.graph is None:
        return
    if views.count != 1:
        yield ("views", "count"), "a graph has one view, and its corrupted one: write `count: 1`"
    for field in ("local", "mask", "modalities"):
        if getattr(views, field) is not None:
            yield ("views", field), f"`{field}` is for images, and the samples are the nodes of a graph"
    if resolve_augment(views.augment, 0):
        yield (
            ("views", "augment"),
            "these operations are for images, and the samples are the nodes of a graph: write `augment: none`",
        )


def _encoders(spec: MethodSpec) -> Iterator[tuple[Loc, str]]:
    encoders: list[tuple[Loc, Backbone]] = [(("encoder", "backbone"), spec.encoder.backbone)]
    encoders += [
        (("branches", name, "encoder", "backbone"), branch.encoder.backbone)
        for name, branch in spec.branches.items()
        if branch.encoder is not None
    ]
    for loc, backbone in encoders:
        word = type(backbone).name
        if isinstance(backbone, Gcn) and spec.views.graph is None:
            yield loc, "`gcn` reads the edges of a graph: write `graph: {}` in `views`"
        elif spec.views.graph is not None and not isinstance(backbone, OF_NODES):
            yield loc, f"`{word}` takes images; for the nodes of a graph there are `gcn`, `mlp` and `identity`"


def _objective(spec: MethodSpec, objective: Objective, place: Loc) -> Iterator[tuple[Loc, str]]:
    graph, marginal, positive, bound = spec.views.graph, objective.marginal, objective.positive, objective.bound
    if graph is not None and objective.views != "same":
        yield (*place, "views"), "objectives on a graph relate two outputs of one view: write `views: same`"
    for field, term in (("marginal", marginal), ("positive", positive)):
        if term.needs_graph and graph is None:
            yield (*place, field), f"`{term_name(term)}` needs the edges of a graph: write `graph: {{}}` in `views`"
    if marginal.only_negatives and not bound.averages:
        yield (
            (*place, "bound"),
            f"`{term_name(bound)}` compares a positive with its candidates, and `{term_name(marginal)}` gives negatives alone; use `jsd` or `nwj`",
        )
    if (isinstance(positive, Neighbours) or isinstance(marginal, Unlinked)) and not bound.weighs:
        yield (*place, "bound"), f"`{term_name(bound)}` takes one partner of an anchor; for weighted partners use `jsd`"
    if isinstance(positive, Neighbours) and not isinstance(marginal, Permutation):
        yield (
            (*place, "marginal"),
            f"`{term_name(marginal)}` takes one partner of an anchor; with `neighbours` use `permutation`",
        )
    if isinstance(positive, Summary) != isinstance(marginal, Corrupted):
        yield (*place, "marginal"), "the positive `summary` and the marginal `corrupted` need each other"
    if isinstance(marginal, Corrupted) and graph is not None and graph.corrupt == "none":
        yield (*place, "marginal"), "`corrupted` needs a corrupted view: write `corrupt: shuffle` in `views.graph`"
    if isinstance(marginal, Permutation):
        for field, value in (("draw", marginal.draw), ("over", marginal.over)):
            if value not in ("derangement", "samples"):
                yield (*place, "marginal", "permutation", field), f"`{field}: {value}` cannot be compiled yet"
