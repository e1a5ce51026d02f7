"""Every word of bounds and marginals means the same to the NumPy and to the torch reader, and prints. Legend: N batch, D embedding."""

from collections.abc import Mapping
from typing import Any

import numpy as np
import pytest
import torch

from ssmi_compiler.ir.torch_ops import TorchBuilder
from ssmi_compiler.nn.init import initial_tensor
from ssmi_dsl.builders.numpy_reference import NumpyBuilder
from ssmi_dsl.builders.printing import Formula, PrintBuilder
from ssmi_dsl.terms import BOUNDS, CRITICS, MARGINALS, Bound, Critic, Inputs, Marginal, Shapes, TermPair, pair_loss
from ssmi_dsl.terms.bounds.donsker_varadhan import DonskerVaradhan
from ssmi_dsl.terms.bounds.jsd import Jsd
from ssmi_dsl.terms.critics.cosine import Cosine
from ssmi_dsl.terms.marginals.in_batch import InBatch

N, D = 12, 4
# options that reach every branch of a word
OPTIONS: dict[str, dict[str, Any]] = {
    "queue": {"size": 24},
    "whitening": {"size": 6, "eps": 0.1},
    "taylor": {"order": 4, "exclude_positives": True},
    "variance-covariance": {"correlation": True},
    "gaussian": {"momentum": 0.3},
    "gaussian-match": {"slices": 5},
    "sliced-wasserstein": {"slices": 5},
    "mine": {"constant_penalty": 0.1},
    "decoupled": {"sigma": 2.0},
    "jsd": {"squash": True},
    "dot": {"most": 1.0},
    "permutation": {"count": 2, "exclude_neighbours": True},
    "laplace": {"beta": 0.5, "per_feature": False},
}
# marginals of graphs: they go with `jsd`
OF_GRAPHS = {"corrupted", "permutation", "unlinked"}
# read scores of prototypes, projections, sample numbers or hidden tokens: in tests of their own (tests/methods)
OF_PROTOTYPES = {"center-sharpen", "sinkhorn", "prototypes", "groups", "kmeans", "mean-entropy", "online-clusters"}


def _words() -> list[tuple[str, str]]:
    families = {"bound": BOUNDS, "critic": CRITICS, "marginal": MARGINALS}
    return [
        (family, name)
        for family, table in families.items()
        for name, word in table.items()
        if word.implemented and name not in OF_PROTOTYPES
    ]


def _terms(family: str, name: str) -> tuple[Bound, Critic, Marginal]:
    options = OPTIONS.get(name, {})
    bound = (
        BOUNDS[name].model_validate(options) if family == "bound" else Jsd() if name in OF_GRAPHS else DonskerVaradhan()
    )
    critic = CRITICS[name].model_validate(options) if family == "critic" else Cosine()
    marginal = MARGINALS[name].model_validate(options) if family == "marginal" else InBatch()
    return bound, critic, marginal


def _memory(terms: tuple[Bound, Critic, Marginal]) -> dict[str, torch.Tensor]:
    generator = torch.Generator().manual_seed(0)
    shapes, found = Shapes(N, D), dict[str, torch.Tensor]()
    for term in terms:
        for name, tensor in {**term.learned(shapes), **term.state(shapes)}.items():
            found[name] = initial_tensor(tensor, generator).double()
        for name, shape in term.noise(shapes).items():
            found[name] = torch.randn(shape, generator=generator).double()
    return found


def _emit(builder: Any, terms: tuple[Bound, Critic, Marginal], at: Inputs[Any]) -> TermPair[Any]:
    bound, critic, marginal = terms
    return pair_loss(builder, bound=bound, critic=critic, marginal=marginal, at=at)


@pytest.mark.parametrize(("family", "name"), _words())
def test_readers_agree(family: str, name: str) -> None:
    terms = _terms(family, name)
    random = np.random.default_rng(0)
    shared = random.normal(size=(N, D))
    views = [shared + 0.5 * random.normal(size=(N, D)) for _ in range(3)]
    labels = random.integers(0, 3, size=N)
    memory = _memory(terms)
    arrays: Mapping[str, Any] = {key: value.numpy() for key, value in memory.items()}
    tensors = [torch.tensor(view) for view in views]

    upper = np.triu(random.random((N, N)) < 0.3, k=1).astype(float)
    edges = upper + upper.T
    given = Inputs(
        views[0],
        views[1],
        tuple(views),
        arrays,
        labels,
        pairs=((views[0], views[1]), (views[2], views[1])),
        adjacency=edges,
    )
    first, second, third = tensors
    left = _emit(NumpyBuilder(), terms, given)
    at = Inputs(
        first,
        second,
        tuple(tensors),
        memory,
        torch.tensor(labels),
        pairs=((first, second), (third, second)),
        adjacency=torch.tensor(edges),
    )
    right = _emit(TorchBuilder(), terms, at)

    assert (left.joint is None) == (right.joint is None)
    if left.joint is not None and right.joint is not None:
        assert float(left.joint) == pytest.approx(float(right.joint), rel=1e-9, abs=1e-12)
    assert (left.marginal is None) == (right.marginal is None)
    if left.marginal is not None and right.marginal is not None:
        assert float(left.marginal) == pytest.approx(float(right.marginal), rel=1e-9, abs=1e-12)
    assert left.updates.keys() == right.updates.keys()
    for key, value in left.updates.items():
        np.testing.assert_allclose(right.updates[key].numpy(), value, rtol=1e-9, atol=1e-12)


@pytest.mark.parametrize(("family", "name"), _words())
def test_a_word_prints_its_inputs(family: str, name: str) -> None:
    terms = _terms(family, name)
    memory = {key: Formula(key) for key in _memory(terms)}
    a, b = Formula("a"), Formula("b")
    at = Inputs(a, b, (a, b), memory, Formula("labels"), pairs=((a, b),), adjacency=Formula("A"))
    parts = _emit(PrintBuilder(), terms, at)
    text = f"{parts.joint} {parts.marginal}"
    assert "a" in text
    assert "b" in text or parts.joint is None, "a regulariser reads the anchor alone"
    for noise in (name for term in terms for name in term.noise(Shapes(N, D))):
        assert noise in text
