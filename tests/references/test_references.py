"""The float64 references against numerical derivatives, against PyTorch and lightly, and against the theory.

N batch, D features, K queue length.
"""

import math
from collections.abc import Callable
from functools import partial
from types import ModuleType
from typing import Any

import numpy as np
import pytest
import torch
from references import barlow_twins, byol, dv, infonce, moco_v2, simclr, simsiam, vicreg
from references.gradient import numerical_gradients, relative_error
from references.result import FloatArray, Loss
from scipy.special import gammaln, ive

SHAPES = [(2, 3), (5, 2), (6, 4), (4, 7)]

PREDICTIONS = ("p1", "p2", "z1", "z2")
CASES: dict[str, tuple[ModuleType, tuple[str, ...], dict[str, Any]]] = {
    "simclr": (simclr, ("z1", "z2"), {"temperature": 0.5}),
    "simclr-cold": (simclr, ("z1", "z2"), {"temperature": 0.07}),
    "moco-v2": (moco_v2, ("query", "key", "queue"), {"temperature": 0.2}),
    "byol": (byol, PREDICTIONS, {}),
    "simsiam": (simsiam, PREDICTIONS, {}),
    "barlow-twins": (barlow_twins, ("z1", "z2"), {"off_diagonal": 0.0051}),
    "barlow-twins-batch-norm": (barlow_twins, ("z1", "z2"), {"off_diagonal": 0.3, "scale": 0.1, "eps": 0.05}),
    "vicreg": (vicreg, ("z1", "z2"), {}),
    "vicreg-official": (vicreg, ("z1", "z2"), {"variance_over_views": "mean"}),
    "vicreg-printed": (vicreg, ("z1", "z2"), {"invariance_over_features": "sum", "gamma": 2.0}),
    "dv": (dv, ("a", "b"), {"temperature": 0.2}),
    "infonce": (infonce, ("a", "b"), {"temperature": 0.2, "symmetric": False}),
    "infonce-symmetric": (infonce, ("a", "b"), {"temperature": 0.2, "symmetric": True}),
}
EXCHANGE_SYMMETRIC = ["simclr", "barlow-twins", "vicreg", "dv", "infonce-symmetric"]


def draw(names: tuple[str, ...], shape: tuple[int, int], seed: int) -> dict[str, FloatArray]:
    generator = np.random.default_rng(seed)
    inputs = {name: generator.normal(size=shape) for name in names}
    if "queue" in inputs:
        queue = generator.normal(size=(shape[0] + 3, shape[1]))
        inputs["queue"] = queue / np.linalg.norm(queue, axis=1, keepdims=True)
    return inputs


def torch_views(seed: int, shape: tuple[int, int] = (8, 5)) -> list[torch.Tensor]:
    return [torch.tensor(z, requires_grad=True) for z in draw(("z1", "z2"), shape, seed).values()]


def assert_matches_torch(value: torch.Tensor, views: list[torch.Tensor], expected: Loss, wrt: list[FloatArray]) -> None:
    value.backward()
    assert value.item() == pytest.approx(expected.total, rel=1e-12)
    for view, gradient in zip(views, wrt, strict=True):
        assert view.grad is not None
        assert relative_error(gradient, view.grad.numpy()) < 1e-10


@pytest.mark.parametrize("shape", SHAPES, ids=str)
@pytest.mark.parametrize("case", CASES)
def test_gradient_is_the_derivative_of_the_loss(case: str, shape: tuple[int, int]) -> None:
    module, names, parameters = CASES[case]
    # Standardising two samples gives +-1 whatever they are: nothing to differentiate.
    shape = (max(shape[0], 3), shape[1]) if module is barlow_twins else shape
    inputs = draw(names, shape, seed=7)

    analytic = module.gradients(**inputs, **parameters)
    numerical = numerical_gradients(lambda **moved: module.loss(**moved, **parameters).total, inputs, step=1e-3)

    assert analytic.keys() == inputs.keys()
    for name in names:
        assert relative_error(analytic[name], numerical[name]) < 1e-7, name


@pytest.mark.parametrize("case", CASES)
def test_loss_is_marginal_minus_joint_and_ignores_input_precision(case: str) -> None:
    module, names, parameters = CASES[case]
    inputs = {name: value.astype(np.float32) for name, value in draw(names, (6, 4), seed=3).items()}

    loss = module.loss(**inputs, **parameters)

    assert loss.total == loss.marginal - loss.joint
    assert loss == module.loss(**{name: value.astype(np.float64) for name, value in inputs.items()}, **parameters)


@pytest.mark.parametrize("case", CASES)
def test_inputs_of_another_shape_are_refused(case: str) -> None:
    module, names, parameters = CASES[case]
    inputs = draw(names, (6, 4), seed=3)
    inputs[names[1]] = inputs[names[1]][:1]

    with pytest.raises(ValueError, match="one shape"):
        module.loss(**inputs, **parameters)


def test_numerical_gradient_of_a_known_function() -> None:
    x = np.array([[0.3, -1.2], [0.7, 2.0]])

    numerical = numerical_gradients(lambda x: float(np.exp(2 * x).sum()), {"x": x})

    assert relative_error(numerical["x"], 2 * np.exp(2 * x)) < 1e-10


# Against other implementations


@pytest.mark.parametrize("temperature", [0.07, 0.5])
def test_simclr_equals_lightly(temperature: float) -> None:
    lightly = pytest.importorskip("lightly.loss")
    z1, z2 = views = torch_views(seed=11)
    inputs = [view.detach().numpy() for view in views]

    wrt = simclr.gradients(*inputs, temperature=temperature)

    expected = simclr.loss(*inputs, temperature=temperature)
    assert_matches_torch(lightly.NTXentLoss(temperature=temperature)(z1, z2), views, expected, list(wrt.values()))


def test_barlow_twins_with_batch_norm_epsilon_equals_lightly() -> None:
    lightly = pytest.importorskip("lightly.loss")
    z1, z2 = views = torch_views(seed=12)
    reference = {"off_diagonal": 0.0051, "eps": 1e-5}
    inputs = [view.detach().numpy() for view in views]

    wrt = barlow_twins.gradients(*inputs, **reference)

    value = lightly.BarlowTwinsLoss(lambda_param=0.0051)(z1, z2)
    assert_matches_torch(value, views, barlow_twins.loss(*inputs, **reference), list(wrt.values()))
    assert value.item() == pytest.approx(barlow_twins.loss(*inputs, off_diagonal=0.0051).total, rel=1e-3)


def test_vicreg_with_averaged_variance_equals_lightly() -> None:
    lightly = pytest.importorskip("lightly.loss")
    z1, z2 = views = torch_views(seed=13)
    inputs = [view.detach().numpy() for view in views]

    wrt = vicreg.gradients(*inputs, variance_over_views="mean")

    expected = vicreg.loss(*inputs, variance_over_views="mean")
    assert_matches_torch(lightly.VICRegLoss()(z1, z2), views, expected, list(wrt.values()))


def test_vicreg_of_the_paper_is_lightly_with_twice_the_variance_weight() -> None:
    lightly = pytest.importorskip("lightly.loss")
    z1, z2 = (view.detach() for view in torch_views(seed=13))

    value = lightly.VICRegLoss(mu_param=50.0)(z1, z2)

    assert value.item() == pytest.approx(vicreg.loss(z1.numpy(), z2.numpy()).total, rel=1e-12)


def test_simsiam_and_byol_equal_lightly_up_to_the_documented_constants() -> None:
    lightly = pytest.importorskip("lightly.loss")
    inputs = draw(PREDICTIONS, (8, 5), seed=14)
    p1, p2, z1, z2 = (torch.tensor(value) for value in inputs.values())

    distance = lightly.NegativeCosineSimilarity()
    summed = (distance(p1, z2) + distance(p2, z1)).item()

    assert simsiam.loss(**inputs).total == pytest.approx(0.5 * summed, rel=1e-12)
    assert byol.loss(**inputs).total == pytest.approx(4 + 2 * summed, rel=1e-12)


def test_moco_equals_cross_entropy_of_the_official_logits() -> None:
    inputs = draw(("query", "key", "queue"), (8, 5), seed=15)
    query = torch.tensor(inputs["query"], requires_grad=True)
    unit_query = torch.nn.functional.normalize(query, dim=1)
    unit_key = torch.nn.functional.normalize(torch.tensor(inputs["key"]), dim=1)
    positive = torch.einsum("nc,nc->n", unit_query, unit_key).unsqueeze(-1)
    negative = unit_query @ torch.tensor(inputs["queue"]).T
    logits = torch.cat([positive, negative], dim=1) / 0.2

    value = torch.nn.functional.cross_entropy(logits, torch.zeros(8, dtype=torch.long))

    wrt = moco_v2.gradients(**inputs, temperature=0.2)["query"]
    assert_matches_torch(value, [query], moco_v2.loss(**inputs, temperature=0.2), [wrt])


def test_infonce_is_cross_entropy_minus_log_batch() -> None:
    inputs = draw(("a", "b"), (8, 5), seed=16)
    a, b = (torch.nn.functional.normalize(torch.tensor(value), dim=1) for value in inputs.values())
    logits = a @ b.T / 0.2
    rows, columns = (torch.nn.functional.cross_entropy(scores, torch.arange(8)).item() for scores in (logits, logits.T))

    one_way = infonce.loss(**inputs, temperature=0.2, symmetric=False)
    both_ways = infonce.loss(**inputs, temperature=0.2, symmetric=True)

    assert one_way.total == pytest.approx(rows - math.log(8), rel=1e-12)
    assert both_ways.total == pytest.approx((rows + columns) / 2 - math.log(8), rel=1e-12)
    assert one_way.joint == both_ways.joint


# Known values


def test_perfect_predictions_reach_the_minimum() -> None:
    z1, z2 = draw(("z1", "z2"), (6, 4), seed=21).values()

    assert byol.loss(p1=3 * z2, p2=2 * z1, z1=z1, z2=z2).total == pytest.approx(0, abs=1e-15)
    assert byol.loss(p1=-z2, p2=-z1, z1=z1, z2=z2).total == pytest.approx(8)
    assert simsiam.loss(p1=3 * z2, p2=2 * z1, z1=z1, z2=z2).total == pytest.approx(-1)


def test_simclr_leaves_out_the_anchor_and_keeps_the_positive() -> None:
    loss = simclr.loss(np.eye(2), 3 * np.eye(2), temperature=0.5)

    assert loss.joint == pytest.approx(2)
    assert loss.marginal == pytest.approx(math.log(math.exp(2) + 2))


def test_dv_leaves_out_the_pairs_and_infonce_keeps_them() -> None:
    orthogonal = np.eye(3)

    assert dv.loss(orthogonal, orthogonal, temperature=0.5) == pytest.approx(Loss(total=-2, joint=2, marginal=0))
    contrastive = infonce.loss(orthogonal, orthogonal, temperature=0.5, symmetric=False)
    assert contrastive.marginal == pytest.approx(math.log((math.exp(2) + 2) / 3))


def test_moco_joins_the_query_to_its_key_and_not_to_the_queue() -> None:
    queue = np.array([[0.0, 1.0], [0.0, -1.0]])

    loss = moco_v2.loss(query=[[2.0, 0.0]], key=[[5.0, 0.0]], queue=queue, temperature=0.5)

    assert loss.joint == pytest.approx(2)
    assert loss.marginal == pytest.approx(math.log(math.exp(2) + 2))


def test_barlow_twins_of_two_orthogonal_views() -> None:
    z1 = np.array([[1.0, 1], [1, -1], [-1, 1], [-1, -1]])

    assert barlow_twins.loss(z1, z1, off_diagonal=0.5).total == 0
    assert barlow_twins.loss(z1, -3 * z1, off_diagonal=0.5) == Loss(total=8, joint=-8, marginal=0)
    assert barlow_twins.loss(z1, z1[:, ::-1], off_diagonal=0.5, scale=0.1).total == pytest.approx(0.1 * (2 + 0.5 * 2))


def test_barlow_twins_epsilon_shrinks_the_correlation() -> None:
    z = np.array([[1.0], [-1.0], [1.0], [-1.0]])

    assert barlow_twins.cross_correlation(z, z).item() == 1
    assert barlow_twins.cross_correlation(z, z, eps=0.25).item() == pytest.approx(1 / 1.25)


def test_vicreg_terms_by_hand() -> None:
    z1, z2 = np.array([[0.3, 0.4], [-0.3, -0.4]]), np.zeros((2, 2))
    distance_only = partial(vicreg.loss, z1, z2, invariance=1.0, variance=0.0, covariance=0.0)

    assert vicreg.variance_term(z1, gamma=1.0, eps=0.0) == pytest.approx(1 - math.sqrt(2) * 0.35)
    assert vicreg.covariance_term(z1) == pytest.approx((2 * 0.3 * 0.4) ** 2)
    assert distance_only().total == pytest.approx(0.125)
    assert distance_only(invariance_over_features="sum").total == pytest.approx(0.25)


# Theory


def test_second_order_bound_is_barlow_twins_with_unit_weight() -> None:
    """J2 = E_p T - E_q T - Var_q T / 2 = D/2 - L_BT/2 for T = z_A.z_B, standardised and aligned views (docs/theory.md, second-order surrogates)."""
    z = np.random.default_rng(31).normal(size=(40, 6))
    standard = (z - z.mean(axis=0)) / z.std(axis=0)
    scores = standard @ standard.T

    second_order = np.diagonal(scores).mean() - scores.mean() - scores.var() / 2

    assert second_order == pytest.approx(6 / 2 - barlow_twins.loss(z, z, off_diagonal=1.0).total / 2, rel=1e-12)


def test_second_order_identity_holds_for_any_cross_correlation() -> None:
    z1, z2 = draw(("z1", "z2"), (40, 6), seed=32).values()
    correlation = barlow_twins.cross_correlation(z1, z2)

    surrogate = np.trace(correlation) - (correlation**2).sum() / 2

    assert surrogate == pytest.approx(6 / 2 - barlow_twins.loss(z1, z2, off_diagonal=1.0).total / 2, rel=1e-12)


def stop_gradient_and_joint_gradients(case: str) -> tuple[FloatArray, FloatArray]:
    """Gradients wrt a tied linear encoder: symmetrised with stop-gradient, and half the joint one (docs/theory.md, the lemma)."""
    module, _, parameters = CASES[case]
    generator = np.random.default_rng(33)
    weight = generator.normal(size=(6, 4))
    x1 = generator.normal(size=(12, 6))
    x2 = x1 + 0.5 * generator.normal(size=(12, 6))
    wrt = partial(module.gradients, **parameters)
    (forward, other), (backward, _) = wrt(x1 @ weight, x2 @ weight).values(), wrt(x2 @ weight, x1 @ weight).values()
    return (x1.T @ forward + x2.T @ backward) / 2, (x1.T @ forward + x2.T @ other) / 2


@pytest.mark.parametrize("case", EXCHANGE_SYMMETRIC)
def test_stop_gradient_halves_the_gradient_of_an_exchange_symmetric_loss(case: str) -> None:
    stopped, halved = stop_gradient_and_joint_gradients(case)

    assert relative_error(stopped, halved) < 1e-12


def test_stop_gradient_changes_the_gradient_of_one_way_infonce() -> None:
    stopped, halved = stop_gradient_and_joint_gradients("infonce")

    assert relative_error(stopped, halved) > 1e-3


@pytest.mark.parametrize("temperature", [0.05, 0.2, 1.0])
def test_cosine_bounds_stay_below_their_caps(temperature: float) -> None:
    a, b = draw(("a", "b"), (16, 3), seed=34).values()
    pairs = [(a, b), (a, a), (a, -a), (a, a + 0.1 * b)]

    for left, right in pairs:
        assert -dv.loss(left, right, temperature=temperature).total <= 2 / temperature
        assert -infonce.loss(left, right, temperature=temperature, symmetric=True).total <= infonce_cap(16, temperature)


@pytest.mark.parametrize("temperature", [0.1, 0.5])
def test_aligned_simplex_attains_both_caps(temperature: float) -> None:
    """The regular simplex has cosine -1/(N - 1) between any two points, the least that all pairs can share."""
    simplex = np.eye(9) - 1 / 9

    bound = -dv.loss(simplex, simplex, temperature=temperature).total
    contrastive = -infonce.loss(simplex, simplex, temperature=temperature, symmetric=False).total

    assert bound == pytest.approx((1 + 1 / 8) / temperature, rel=1e-12)
    assert contrastive == pytest.approx(infonce_cap(9, temperature), rel=1e-12)


@pytest.mark.parametrize(
    ("temperature", "num_features", "tabled"), [(0.05, 64, 17.01), (0.1, 128, 9.61), (0.2, 64, 4.81), (0.5, 64, 1.97)]
)
def test_uniform_aligned_cap_is_the_tabled_one(temperature: float, num_features: int, tabled: float) -> None:
    assert uniform_cap(temperature, num_features) == pytest.approx(tabled, abs=0.006)


def test_aligned_uniform_sample_approaches_its_cap() -> None:
    z = np.random.default_rng(35).normal(size=(800, 16))

    estimate = -dv.loss(z, z, temperature=0.5).total

    assert estimate == pytest.approx(uniform_cap(0.5, 16), abs=0.02)


@pytest.mark.parametrize(
    ("bound", "expected"), [(dv.loss_of_scores, 2.0), (partial(infonce.loss_of_scores, symmetric=False), 1.89)]
)
def test_optimal_critic_of_correlated_gaussians(bound: Callable[[FloatArray], Loss], expected: float) -> None:
    """I = 2 nats in 20 dimensions, batches of 128."""
    generator = np.random.default_rng(36)

    estimates = [-bound(gaussian_log_ratio(generator, 128, 20, 2.0)).total for _ in range(100)]

    assert np.mean(estimates) == pytest.approx(expected, abs=0.06)


def infonce_cap(num_samples: int, temperature: float) -> float:
    farthest = (1 + 1 / (num_samples - 1)) / temperature
    return math.log(num_samples) - math.log1p((num_samples - 1) * math.exp(-farthest))


def uniform_cap(temperature: float, num_features: int) -> float:
    """1/tau - log E exp(cos/tau) for independent uniform directions: a modified Bessel function (docs/theory.md, caps)."""
    order, concentration = num_features / 2 - 1, 1 / temperature
    log_bessel = math.log(ive(order, concentration)) + concentration
    return concentration - (gammaln(num_features / 2) + order * math.log(2 * temperature) + log_bessel)


def gaussian_log_ratio(generator: np.random.Generator, num: int, dim: int, information: float) -> FloatArray:
    """log p(x_i, y_j) / p(x_i) p(y_j) for y = rho x + sqrt(1 - rho^2) e with the given mutual information in nats."""
    squared = 1 - math.exp(-2 * information / dim)
    rho = math.sqrt(squared)
    x = generator.normal(size=(num, dim))
    y = rho * x + math.sqrt(1 - squared) * generator.normal(size=(num, dim))
    norms = (x**2).sum(axis=1)[:, None] + (y**2).sum(axis=1)[None, :]
    return (rho * x @ y.T - squared * norms / 2) / (1 - squared) + information
