"""Every implemented combination of terms against the independent float64 references, by two of its readers.

Legend: N batch, D features, K queue.
"""

from collections.abc import Callable
from dataclasses import dataclass
from types import ModuleType
from typing import Any

import numpy as np
import pytest
import torch
from references import barlow_twins, byol, dv, infonce, moco_v2, simclr, simsiam, vicreg
from references.result import Loss

from ssmi_compiler.ir.torch_ops import TorchBuilder
from ssmi_dsl.builders.numpy_reference import NumpyBuilder
from ssmi_dsl.builders.printing import Formula, PrintBuilder
from ssmi_dsl.terms import BOUNDS, CRITICS, MARGINALS, Inputs, pair_loss
from ssmi_dsl.terms.bounds.donsker_varadhan import DonskerVaradhan
from ssmi_dsl.terms.bounds.infonce import InfoNCE
from ssmi_dsl.terms.critics.cosine import Cosine
from ssmi_dsl.terms.critics.rbf import Rbf
from ssmi_dsl.terms.critics.standardized import Standardized
from ssmi_dsl.terms.marginals.all_views import AllViews
from ssmi_dsl.terms.marginals.cross_correlation import CrossCorrelation
from ssmi_dsl.terms.marginals.in_batch import InBatch
from ssmi_dsl.terms.marginals.predictor import Predictor
from ssmi_dsl.terms.marginals.queue import Queue
from ssmi_dsl.terms.marginals.variance_covariance import VarianceCovariance


@dataclass(frozen=True)
class Case:
    """A combination of terms, the reference of one direction, and gradients of it by input name (`x`, `y`)."""

    terms: dict[str, Any]
    loss: Callable[..., Loss]
    gradients: Callable[..., dict[str, np.ndarray]]
    inputs: tuple[str, str]
    joint_weight: float = 1.0
    options: dict[str, Any] | None = None
    offset: float = 0.0


def _one_way(module: ModuleType, name: str) -> Callable[..., Any]:
    """A reference that takes two predictions and two targets, fed with the same pair twice: half of it is one direction."""
    return lambda p, z: getattr(module, name)(p, p, z, z)


CASES = {
    "simclr": Case(
        {"bound": InfoNCE(), "critic": Cosine(temperature=0.2), "marginal": AllViews()},
        simclr.loss, simclr.gradients, ("z1", "z2"), options={"temperature": 0.2},
    ),
    "jmi": Case(
        {"bound": DonskerVaradhan(), "critic": Cosine(temperature=0.2), "marginal": InBatch()},
        dv.loss, dv.gradients, ("a", "b"), options={"temperature": 0.2},
    ),
    "infonce": Case(
        {"bound": InfoNCE(), "critic": Cosine(temperature=0.1), "marginal": InBatch()},
        infonce.loss, infonce.gradients, ("a", "b"), options={"temperature": 0.1, "symmetric": False}, offset=float(np.log(6)),
    ),
    "barlow-twins": Case(
        {"bound": DonskerVaradhan(), "critic": Standardized(), "marginal": CrossCorrelation()},
        barlow_twins.loss, barlow_twins.gradients, ("z1", "z2"), options={"off_diagonal": 0.0051, "eps": 1e-5},
    ),
    "vicreg": Case(
        {"bound": DonskerVaradhan(), "critic": Rbf(per_feature=True), "marginal": VarianceCovariance()},
        vicreg.loss, vicreg.gradients, ("z1", "z2"), joint_weight=25.0,
    ),
    "byol": Case(
        {"bound": DonskerVaradhan(), "critic": Rbf(normalize=True), "marginal": Predictor()},
        _one_way(byol, "loss"), _one_way(byol, "gradients"), ("p", "z"),
    ),
    "simsiam": Case(
        {"bound": DonskerVaradhan(), "critic": Cosine(temperature=1.0), "marginal": Predictor()},
        _one_way(simsiam, "loss"), _one_way(simsiam, "gradients"), ("p", "z"),
    ),
}  # fmt: skip


def _inputs(seed: int) -> tuple[np.ndarray, np.ndarray]:
    random = np.random.default_rng(seed)
    shared = random.normal(size=(6, 4))
    return shared + 0.5 * random.normal(size=(6, 4)), shared + 0.5 * random.normal(size=(6, 4))


def _reference_total(case: Case, x: np.ndarray, y: np.ndarray, scale: float) -> float:
    return scale * case.loss(**dict(zip(case.inputs, (x, y), strict=True)), **(case.options or {})).total + case.offset


@pytest.mark.parametrize("name", CASES)
@pytest.mark.parametrize("seed", range(3))
def test_value_and_gradient_match_the_reference(name: str, seed: int) -> None:
    case = CASES[name]
    x, y = _inputs(seed)
    # byol's reference adds two equal directions; simsiam's averages them
    scale = 0.5 if name == "byol" else 1.0

    numpy_terms = pair_loss(NumpyBuilder(), **case.terms, at=Inputs(x, y))
    assert numpy_terms.joint is not None
    total = case.joint_weight * numpy_terms.joint + (0.0 if numpy_terms.marginal is None else numpy_terms.marginal)
    assert total == pytest.approx(_reference_total(case, x, y, scale), rel=1e-12)

    a, b = (torch.from_numpy(value).requires_grad_() for value in (x, y))
    torch_terms = pair_loss(TorchBuilder(), **case.terms, at=Inputs(a, b))
    assert torch_terms.joint is not None
    loss = case.joint_weight * torch_terms.joint + (0.0 if torch_terms.marginal is None else torch_terms.marginal)
    assert loss.item() == pytest.approx(float(total), rel=1e-10)

    loss.backward()
    gradients = list(case.gradients(**dict(zip(case.inputs, (x, y), strict=True)), **(case.options or {})).values())
    if len(gradients) == 4:  # two directions fed with the same pair
        gradients = [gradients[0] + gradients[1], gradients[2] + gradients[3]]
    assert a.grad is not None
    assert b.grad is not None
    np.testing.assert_allclose(a.grad.numpy(), scale * gradients[0], rtol=1e-9, atol=1e-12)
    np.testing.assert_allclose(b.grad.numpy(), scale * gradients[1], rtol=1e-9, atol=1e-12)


@pytest.mark.parametrize("seed", range(3))
def test_queue_matches_the_reference(seed: int) -> None:
    x, y = _inputs(seed)
    queue = np.random.default_rng(seed + 10).normal(size=(16, 4))
    queue /= np.linalg.norm(queue, axis=1, keepdims=True)
    terms: dict[str, Any] = {"bound": InfoNCE(), "critic": Cosine(temperature=0.2), "marginal": Queue(size=16)}

    anchor = torch.from_numpy(x).requires_grad_()
    at = Inputs(anchor, torch.from_numpy(y), memory={"queue": torch.from_numpy(queue)})
    parts = pair_loss(TorchBuilder(), **terms, at=at)
    assert parts.marginal is not None
    assert parts.joint is not None
    loss = parts.joint + parts.marginal
    loss.backward()

    expected = moco_v2.loss(x, y, queue, temperature=0.2)
    assert loss.item() == pytest.approx(expected.total, rel=1e-12)
    assert anchor.grad is not None
    np.testing.assert_allclose(
        anchor.grad.numpy(), moco_v2.gradients(x, y, queue, temperature=0.2)["query"], rtol=1e-9, atol=1e-12
    )


def test_squared_distances_agree_between_readers() -> None:
    x, y = _inputs(0)
    for per_feature in (False, True):
        expected = NumpyBuilder().squared_distances(x, y, per_feature=per_feature)
        actual = TorchBuilder().squared_distances(torch.from_numpy(x), torch.from_numpy(y), per_feature=per_feature)
        np.testing.assert_allclose(actual.numpy(), expected, rtol=1e-10, atol=1e-12)


def test_a_term_prints_as_mathematics() -> None:
    parts = pair_loss(PrintBuilder(), **CASES["jmi"].terms, at=Inputs(Formula("a"), Formula("b")))
    assert str(parts.joint) == "-mean(5 ⟨unit(a), unit(b)⟩ᵢ)"
    assert str(parts.marginal) == "log mean_ij j≠i exp(5 ⟨unit(a), unit(b)⟩ᵢⱼ)"


def test_every_term_says_what_it_is() -> None:
    for table in (CRITICS, BOUNDS, MARGINALS):
        for name, term in table.items():
            assert term.name == name
            assert term.formula
            assert term.source
            assert term.__doc__
