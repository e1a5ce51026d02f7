"""Methods on graphs: GMI and DGI. Legend: N nodes, D features of h, F raw features."""

from math import log

import numpy as np
import pytest
import torch
from agreement import Array, assert_agrees
from bundled import lower_small
from references import dgi, gmi
from training import train

from ssmi_compiler import objective
from ssmi_compiler.compile import check_graph, example_inputs, lower
from ssmi_compiler.errors import CompileError
from ssmi_compiler.objective import Objective
from ssmi_dsl.check import check
from ssmi_dsl.components.datasets import DATASETS
from ssmi_dsl.document import read_document
from ssmi_dsl.load import load
from ssmi_runtime.data.graphs import load_graph
from ssmi_runtime.feed import GraphFeed

# nodes, width of h, raw features, seed
SHAPES = [(9, 4, 6, 0), (14, 6, 3, 1), (6, 5, 5, 2)]


def _graph(num: int, width: int, raw: int, seed: int) -> tuple[Array, Array, Array, np.random.Generator]:
    random = np.random.default_rng(seed)
    edges = np.triu(random.random((num, num)) < 0.3, k=1).astype(float)
    edges[0] = edges[:, 0] = 0.0  # one node has no neighbour
    h, x = 0.5 * random.normal(size=(num, width)), random.normal(size=(num, raw))
    return h, x, edges + edges.T, random


def _cycle(noise: Array) -> list[int]:
    """The node behind every node, in ascending order of `noise`, the first behind the last."""
    order = sorted(range(len(noise)), key=lambda node: noise[node])
    behind = dict(zip(order, [*order[1:], order[0]], strict=True))
    return [behind[node] for node in range(len(noise))]


@pytest.mark.parametrize("name", ["gmi-mean", "gmi-adaptive"])
@pytest.mark.parametrize("shape", SHAPES, ids=str)
def test_features_of_gmi_agree_with_the_paper(name: str, shape: tuple[int, int, int, int]) -> None:
    h, x, adjacency, random = _graph(*shape)
    weight = 0.3 * random.normal(size=(shape[1], shape[2]))
    orders = [random.normal(size=shape[0]) for _ in range(5)]
    memory = {"bilinear": weight, **{f"order{draw}": order for draw, order in enumerate(orders)}}
    assert_agrees(
        objective(name, index=0),
        [h, x],
        lambda h, x: gmi.features(
            h,
            x,
            weight=weight,
            adjacency=adjacency,
            negatives=[_cycle(order) for order in orders],
            adaptive=name == "gmi-adaptive",
        ),
        memory=memory,
        adjacency=adjacency,
    )


@pytest.mark.parametrize("name", ["gmi-mean", "gmi-adaptive"])
@pytest.mark.parametrize("shape", SHAPES, ids=str)
def test_topology_of_gmi_agrees_with_the_paper(name: str, shape: tuple[int, int, int, int]) -> None:
    h, _, adjacency, _ = _graph(*shape)
    found = objective(name, index=1)
    tensor = torch.tensor(h, requires_grad=True)
    loss = found(tensor, tensor, adjacency=torch.tensor(adjacency))
    assert loss.total.item() == pytest.approx(gmi.topology(h, adjacency=adjacency), rel=1e-9)
    loss.backward()
    assert tensor.grad is not None
    step = 1e-6 * tensor.grad.numpy()
    slope = gmi.topology(h + step, adjacency=adjacency) - gmi.topology(h - step, adjacency=adjacency)
    assert slope / 2e-6 == pytest.approx(float(np.square(tensor.grad.numpy()).sum()), rel=1e-5)


def test_the_edges_weigh_as_in_the_code_of_gmi() -> None:
    """There, A + I has 2e entries and n² - e others: the two means weigh 2 and (n² - 2e) / (n² - e), which is 1 in large sparse graphs."""
    h, _, adjacency, _ = _graph(14, 6, 3, 1)
    linked = adjacency + np.eye(14)
    e, n = linked.sum() / 2, 14
    predicted = 1 / (1 + np.exp(-h @ h.T))
    each = -(n * n - e) / e * linked * np.log(predicted) - (1 - linked) * np.log(1 - predicted)
    theirs = each.mean() * n * n / (n * n - e)

    loss = objective("gmi-mean", index=1)(*(torch.tensor(h),) * 2, adjacency=torch.tensor(adjacency))
    assert loss.marginal is not None
    share = (n * n - 2 * e) / (n * n - e)
    assert (loss.joint + share * loss.marginal).item() == pytest.approx(theirs, rel=1e-9)


@pytest.mark.parametrize("shape", SHAPES, ids=str)
def test_dgi_agrees_with_the_paper(shape: tuple[int, int, int, int]) -> None:
    h, _, adjacency, random = _graph(*shape)
    corrupted, weight = random.normal(size=h.shape), 0.5 * random.normal(size=(shape[1], shape[1]))
    assert_agrees(
        objective("dgi"),
        [h, h + 0.1, corrupted],
        lambda h, pooled, corrupted: dgi.loss(h, pooled, corrupted, weight=weight),
        memory={"bilinear": weight},
        adjacency=adjacency,
    )


def test_dgi_at_chance_is_log_2() -> None:
    h = torch.zeros(6, 4)
    loss = objective("dgi")(h, h, views=(h, h), memory={"bilinear": torch.eye(4)}, adjacency=torch.zeros(6, 6))
    assert loss.total.item() == pytest.approx(log(2))


def test_neighbours_can_be_left_out_of_the_negatives() -> None:
    h, _, adjacency, random = _graph(14, 6, 3, 1)
    overrides = [
        "objective={bound: jsd, critic: dot, views: same, marginal: {permutation: {exclude_neighbours: true}}}"
    ]
    found = Objective(load("gmi-mean", overrides=overrides))
    order = random.normal(size=14)
    ahead = sorted(range(14), key=lambda node: order[node])
    negatives = [
        next(j for j in (ahead * 2)[ahead.index(node) + 1 :] if j != node and not adjacency[node, j])
        for node in range(14)
    ]
    loss = found(
        torch.tensor(h), torch.tensor(h), memory={"order0": torch.tensor(order)}, adjacency=torch.tensor(adjacency)
    )
    expected = np.mean([np.log1p(np.exp(h[i] @ h[j])) for i, j in enumerate(negatives)])
    assert loss.marginal is not None
    assert loss.marginal.item() == pytest.approx(expected, rel=1e-9)


def test_a_graph_objective_without_edges_is_refused() -> None:
    h = torch.zeros(6, 4)
    with pytest.raises(ValueError, match="adjacency"):
        objective("gmi-mean", index=1)(h, h)


@pytest.mark.parametrize("name", ["gmi-mean", "dgi"])
def test_only_the_encoder_and_the_critic_move(name: str) -> None:
    certificate = lower_small(name).certificate
    assert {flow.part for flow in certificate.flows} == {"nodes.encoder", "objective0"}
    views = {"dgi": {"nodes:0", "nodes:1"}, "gmi-mean": {"nodes:0"}}[name]
    assert {path for flow in certificate.flows for path in flow.paths} == views


def test_a_corrupted_view_has_the_features_of_other_nodes() -> None:
    lowered = lower_small("dgi")
    true, corrupted = lowered.augmentations
    generator = torch.Generator().manual_seed(0)
    nodes = torch.arange(12.0).reshape(12, 1)
    noise = corrupted.draw(generator, 12, (1, 1))
    assert true.draw(generator, 12, (1, 1)) == {}
    shuffled = corrupted(nodes, noise)
    assert torch.equal(true(nodes, {}), nodes)
    assert not torch.equal(shuffled, nodes)
    assert torch.equal(shuffled.sort(dim=0).values, nodes)


def test_the_whole_graph_is_the_batch_and_a_smaller_batch_is_a_part_of_it() -> None:
    graph = load_graph("blocks")
    whole = GraphFeed(load("gmi-mean", recipe="blocks"), graph).at(3, seed=0)
    assert torch.equal(whole["batch"], graph.nodes)
    assert torch.equal(whole["adjacency"], graph.adjacency)
    small = load("gmi-mean", recipe="blocks", overrides=["recipes.blocks.batch_size=50"])
    part, again = (GraphFeed(small, graph).at(3, seed=0) for _ in range(2))
    assert part["adjacency"].shape == (50, 50)
    assert torch.equal(part["batch"], again["batch"])
    rows = [int((graph.nodes == node).all(dim=1).nonzero()) for node in part["batch"]]
    assert torch.equal(part["adjacency"], graph.adjacency[rows][:, rows])


def test_data_and_method_must_both_be_of_graphs() -> None:
    with pytest.raises(CompileError, match="choose one of: digits-graph"):
        check_graph(load("gmi-mean"), DATASETS["digits"])
    with pytest.raises(CompileError, match="choose a data set of images"):
        check_graph(load("jmi"), DATASETS["digits-graph"])
    with pytest.raises(CompileError, match="batch_size: 600"):
        lower(load("dgi", recipe="digits"), data="blocks")


@pytest.mark.slow
@pytest.mark.parametrize("name", ["gmi-mean", "dgi"])
def test_a_resumed_run_is_the_uninterrupted_one(name: str) -> None:
    lowered = lower(load(name, recipe="digits", overrides=["recipes.digits.batch_size=32"]), data="digits-graph")

    def start() -> dict[str, torch.Tensor]:
        return example_inputs(lowered.method, lowered.networks, lowered.augmentations, lowered.data, seed=0)

    whole, first, second = start(), start(), start()
    rows = train(lowered, whole, steps=6)
    head = train(lowered, first, steps=3)
    second.update({key: value.clone() for key, value in first.items() if key.startswith("state/")})
    tail = train(lowered, second, first=3, steps=3)

    assert head + tail == rows
    assert all(torch.equal(second[key], whole[key]) for key in whole if key.startswith("state/"))


REFUSED = [
    ("extends: gmi-mean\nviews: {count: 2}", "write `count: 1`"),
    ("extends: gmi-mean\nviews: {augment: simclr}", "write `augment: none`"),
    ("extends: gmi-mean\nviews: {graph: null}", "reads the edges of a graph"),
    ("extends: jmi\nencoder: {backbone: gcn}", "write `graph: {}` in `views`"),
    ("extends: dgi\nencoder: {backbone: resnet18}", "there are `gcn`, `mlp` and `identity`"),
    ("extends: dgi\nviews: {graph: {corrupt: none}}", "needs a corrupted view"),
    ("extends: dgi\nobjective: {positive: paired}", "need each other"),
    ("extends: dgi\nobjective: {views: other}", "write `views: same`"),
    ("extends: jmi\nobjective: {bound: infonce, marginal: permutation}", "gives negatives alone"),
    (
        "extends: dgi\nobjective: {bound: nwj, positive: neighbours, marginal: permutation}",
        "for weighted partners",
    ),
    ("extends: dgi\nobjective: {positive: neighbours, marginal: unlinked}", "use `permutation`"),
    ("extends: jmi\nobjective: {marginal: unlinked}", "needs the edges of a graph"),
    ("extends: jmi\nobjective: {marginal: {permutation: {over: places}}}", "`over: places`"),
]


@pytest.mark.parametrize(("text", "message"), REFUSED)
def test_what_does_not_go_together_is_refused(text: str, message: str) -> None:
    found = [item for item in check(read_document(text + "\n")) if item.code == "SY011"]
    assert any(message in item.message for item in found), [item.message for item in found]


@pytest.mark.parametrize("bound", ["jsd", "nwj", "donsker-varadhan", "rpc", "spectral"])
def test_permutations_serve_images_too(bound: str) -> None:
    method = load("jmi", overrides=[f"objective.bound={bound}", "objective.marginal=permutation"])
    z = torch.randn(8, 6, generator=torch.Generator().manual_seed(0))
    found = Objective(method)
    assert torch.isfinite(found(z, z.roll(1, 0), memory=found.memory(6, batch=8)).total)
