"""Graphs: the embedded ones, and Planetoid's files, made here in small. Legend: N nodes, F features."""

import pickle
import sys
from collections import defaultdict
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from scipy.sparse import csr_matrix
from sklearn.datasets import load_digits

from ssmi_dsl.components.datasets import DATASETS
from ssmi_runtime.data import digits, handwriting, load_dataset
from ssmi_runtime.data.graphs import load_graph
from ssmi_runtime.data.graphs.digits_graph import for_validation
from ssmi_runtime.data.graphs.graph import Graph
from ssmi_runtime.errors import DatasetError, MissingExtraError
from ssmi_runtime.evaluate import weighted_knn

# seven nodes, two classes: 0 to 3 are known in training, of which 0 and 1 are labelled; 6, 4 and 5 test, in this order
KNOWN = np.array([[1, 1, 0], [0, 0, 2], [0, 3, 0], [1, 0, 0]])
HIDDEN = np.array([[0, 1, 3], [2, 0, 0], [0, 0, 0]])
CLASSES = np.array([[1, 0], [0, 1], [0, 1], [1, 0]])
HIDDEN_CLASSES = np.array([[0, 1], [1, 0], [0, 1]])
EDGES = {0: [1, 1, 2], 1: [0], 2: [0, 2], 3: [4], 4: [3], 5: [], 6: [5]}


@pytest.mark.parametrize("name", ["digits-graph", "blocks"])
def test_an_embedded_graph_is_what_is_declared(name: str) -> None:
    graph, again, info = load_graph(name), load_graph(name), DATASETS[name]
    assert info.graph is not None
    assert graph.nodes.shape == (info.graph.nodes, info.graph.features) == (info.num_train, info.size)
    _is_well_formed(graph)
    assert len(graph.test) == info.num_test
    assert sorted([*graph.train.tolist(), *graph.test.tolist()]) == list(range(len(graph)))
    assert graph.labels.unique().tolist() == list(range(info.num_classes))
    for left, right in zip((graph.nodes, graph.adjacency), (again.nodes, again.adjacency), strict=True):
        assert torch.equal(left, right)
    assert graph.nodes.mean(dim=0).abs().max() < 1e-4
    assert (graph.nodes.square().mean(dim=0) - 1).abs().max() < 1e-3


@pytest.mark.parametrize("name", ["digits-graph", "blocks"])
def test_edges_say_more_of_a_class_than_features(name: str) -> None:
    graph = load_graph(name)
    same = (graph.labels[:, None] == graph.labels[None, :]).float()
    agree = float((graph.adjacency * same).sum() / graph.adjacency.sum())
    raw = _knn(graph, graph.nodes)
    around = graph.adjacency @ graph.nodes + graph.nodes
    assert raw < 0.6
    assert agree > raw
    assert _knn(graph, around) > raw + 0.1


def test_the_digits_that_test_are_those_of_the_images() -> None:
    graph, source = load_graph("digits-graph"), load_digits()  # type: ignore[no-untyped-call]
    labels = torch.from_numpy(source.target)  # pyright: ignore[reportAttributeAccessIssue] - a Bunch
    tested = load_dataset("digits", split="test").labels[:: digits.TEST_RENDERINGS]
    assert torch.equal(labels[graph.test], tested)
    assert torch.equal(graph.labels, labels)


def test_validation_takes_no_label_of_the_test() -> None:
    graph = load_graph("digits-graph")
    held = for_validation(graph)
    assert len(held.test) == handwriting.NUM_VALIDATION
    assert sorted([*held.train.tolist(), *held.test.tolist()]) == sorted(graph.train.tolist())


@pytest.mark.parametrize("place", [".", "cora/raw"])
def test_files_of_planetoid(tmp_path: Path, place: str) -> None:
    _write(tmp_path / place)
    graph = load_graph("cora", root=tmp_path)
    _is_well_formed(graph)
    expected = [[1, 1, 0], [0, 0, 2], [0, 3, 0], [1, 0, 0], [2, 0, 0], [0, 0, 0], [0, 1, 3]]
    sums = np.maximum(np.sum(expected, axis=1, keepdims=True), 1)
    np.testing.assert_allclose(graph.nodes, expected / sums, rtol=1e-6)
    assert graph.labels.tolist() == [0, 1, 1, 0, 0, 1, 1]
    assert graph.train.tolist() == [0, 1]
    assert graph.test.tolist() == [4, 5, 6]
    pairs = {(int(i), int(j)) for i, j in graph.adjacency.nonzero()}
    assert pairs == {(0, 1), (1, 0), (0, 2), (2, 0), (3, 4), (4, 3), (5, 6), (6, 5)}
    assert graph.info.graph is not None
    assert (graph.info.graph.nodes, graph.info.size, graph.info.num_classes) == (7, 3, 2)


def test_isolated_nodes_that_the_files_leave_out_are_empty(tmp_path: Path) -> None:
    _write(tmp_path, places=[7, 4, 6])
    graph = load_graph("cora", root=tmp_path)
    assert len(graph) == 8
    assert graph.nodes[5].tolist() == [0, 0, 0]
    assert graph.test.tolist() == [4, 6, 7]


def test_the_same_graph_as_the_reader_of_torch_geometric(tmp_path: Path) -> None:
    planetoid = pytest.importorskip("torch_geometric.io.planetoid", reason="torch_geometric is not installed")
    random, seen, hidden = (
        np.random.default_rng(0),
        600,
        40,
    )  # its split for validation takes 500 behind those that train
    edges: dict[int, list[int]] = {node: [] for node in range(seen + hidden)}
    for one, other in random.integers(seen + hidden, size=(900, 2)).tolist():
        if one != other:
            edges[one].append(other)
            edges[other].append(one)
    _write(
        tmp_path / "cora" / "raw",
        places=(seen + random.permutation(hidden)).tolist(),
        known=random.integers(3, size=(seen, 7)),
        classes=np.eye(4)[random.integers(4, size=seen)],
        hidden=random.integers(3, size=(hidden, 7)),
        hidden_classes=np.eye(4)[random.integers(4, size=hidden)],
        edges=edges,
    )
    ours, theirs = (
        load_graph("cora", root=tmp_path),
        planetoid.read_planetoid_data(str(tmp_path / "cora" / "raw"), "cora"),
    )
    sums = theirs.x.sum(dim=1, keepdim=True).clamp(min=1)
    torch.testing.assert_close(ours.nodes, theirs.x / sums)
    assert torch.equal(ours.labels, theirs.y)
    assert torch.equal(ours.train, theirs.train_mask.nonzero()[:, 0])
    assert torch.equal(ours.test, theirs.test_mask.nonzero()[:, 0])
    from_to = ours.adjacency.nonzero().T
    assert torch.equal(from_to.flip(0), theirs.edge_index)  # sorted by the node that an edge leads to


def test_a_file_that_names_code_is_not_run(tmp_path: Path) -> None:
    class Danger:
        def __reduce__(self) -> tuple[Any, ...]:
            return (Path.touch, (tmp_path / "ran",))

    _write(tmp_path)
    (tmp_path / "ind.cora.tx").write_bytes(pickle.dumps(Danger()))
    with pytest.raises(DatasetError, match="no file of Planetoid"):
        load_graph("cora", root=tmp_path)
    assert not (tmp_path / "ran").exists()


def test_what_is_missing_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "torch_geometric.datasets", None)
    with pytest.raises(DatasetError, match="name the folder"):
        load_graph("cora")
    with pytest.raises(DatasetError, match=r"no ind\.cora\.x"):
        load_graph("cora", root=tmp_path)
    with pytest.raises(MissingExtraError, match=r"ssmi\[graphs\]"):
        load_graph("cora", root=tmp_path, download=True)
    with pytest.raises(DatasetError, match="there is no graph `digits`"):
        load_graph("digits")
    with pytest.raises(DatasetError, match="is a graph"):
        load_dataset("blocks", split="train")
    _write(tmp_path)
    (tmp_path / "ind.cora.allx").write_bytes(b"")
    with pytest.raises(DatasetError, match="cannot read cora"):
        load_graph("cora", root=tmp_path)


def _write(
    folder: Path,
    places: tuple[int, ...] | list[int] = (6, 4, 5),
    *,
    known: Any = KNOWN,
    classes: Any = CLASSES,
    hidden: Any = HIDDEN,
    hidden_classes: Any = HIDDEN_CLASSES,
    edges: Any = EDGES,
) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    parts: dict[str, Any] = {
        "x": csr_matrix(known[:2], dtype=np.float32),
        "tx": csr_matrix(hidden, dtype=np.float32),
        "allx": csr_matrix(known, dtype=np.float32),
        "y": classes[:2].astype(np.int32),
        "ty": hidden_classes.astype(np.int32),
        "ally": classes.astype(np.int32),
        "graph": defaultdict(list, edges),
    }
    for name, part in parts.items():
        (folder / f"ind.cora.{name}").write_bytes(pickle.dumps(part, protocol=2))
    (folder / "ind.cora.test.index").write_text("".join(f"{place}\n" for place in places))


def _is_well_formed(graph: Graph) -> None:
    assert graph.nodes.dtype == graph.adjacency.dtype == torch.float32
    assert graph.labels.dtype == graph.train.dtype == graph.test.dtype == torch.int64
    assert torch.equal(graph.adjacency, graph.adjacency.T)
    assert set(graph.adjacency.unique().tolist()) <= {0.0, 1.0}
    assert graph.adjacency.diagonal().sum() == 0
    assert not set(graph.train.tolist()) & set(graph.test.tolist())


def _knn(graph: Graph, features: torch.Tensor) -> float:
    return weighted_knn(
        features[graph.train], graph.labels[graph.train], features[graph.test], graph.labels[graph.test]
    )
