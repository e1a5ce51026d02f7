"""Joint methods against their float64 references, through the public `objective`. Legend: N batch, D embedding, V views."""

from collections.abc import Callable

import numpy as np
import pytest
import torch
from agreement import Array, Reference, assert_agrees, correlated
from references import (
    alignment_uniformity,
    corinfomax,
    decoupled,
    emp_ssl,
    explicit_mi,
    frossl,
    lejepa,
    macl,
    mec,
    mmcr,
    rpc,
    simclr,
    spectral,
    supcon,
    vibcreg,
    visreg,
    vne,
    w_mse,
)
from references.result import Loss

from ssmi_compiler import objective
from ssmi_compiler.ir.torch_ops import TorchBuilder
from ssmi_dsl.load import load
from ssmi_dsl.terms import Inputs
from ssmi_dsl.terms.critics.standardized import Standardized
from ssmi_dsl.terms.marginals.cross_correlation import CrossCorrelation
from ssmi_dsl.terms.marginals.taylor import Taylor

# rows, width, seed
SHAPES = [(12, 5, 0), (24, 8, 1), (6, 16, 2)]
TALL = [(24, 4, 0), (32, 8, 1)]


def _total(loss: Callable[..., Loss], **options: object) -> Reference:
    return lambda *views: loss(*views, **options).total


PLAIN: dict[str, tuple[Reference, list[tuple[int, int, int]]]] = {
    "dcl": (_total(decoupled.loss, temperature=0.1), SHAPES),
    "alignment-uniformity": (_total(alignment_uniformity.loss, t=2.0), SHAPES),
    "spectral-contrastive": (_total(spectral.loss, most=1.0), SHAPES),
    "rpc": (_total(rpc.loss, temperature=128.0, alpha=0.0, beta=0.001, gamma=1.0), SHAPES),
    "directclr": (_total(simclr.loss, temperature=0.1), SHAPES),
    "vibcreg": (_total(vibcreg.loss), SHAPES),
    "i-vne": (_total(vne.loss), TALL),
}


@pytest.mark.parametrize("name", PLAIN)
@pytest.mark.parametrize("shape", range(3))
def test_agrees_with_the_reference(name: str, shape: int) -> None:
    reference, shapes = PLAIN[name]
    rows, width, seed = shapes[shape % len(shapes)]
    assert_agrees(objective(name), correlated(2, rows=rows, width=width, seed=seed), reference)


@pytest.mark.parametrize(("rows", "width", "seed"), SHAPES)
def test_dclw_agrees_with_its_weights_held_constant(rows: int, width: int, seed: int) -> None:
    views = correlated(2, rows=rows, width=width, seed=seed)
    weights = decoupled.weights_of(*views, sigma=0.5)
    assert weights.mean() == pytest.approx(1.0)
    reference = _total(decoupled.loss, temperature=0.1, weights=weights)
    assert reference(*views) == pytest.approx(decoupled.loss(*views, temperature=0.1, sigma=0.5).total, rel=1e-12)
    assert_agrees(objective("dclw"), views, reference)


@pytest.mark.parametrize(("rows", "width", "seed"), SHAPES)
def test_macl_agrees_with_temperature_and_weights_held_constant(rows: int, width: int, seed: int) -> None:
    views = correlated(2, rows=rows, width=width, seed=seed)
    constants = macl.constants_of(*views, temperature=0.1, alpha=0.5)
    assert_agrees(objective("macl"), views, _total(macl.loss, temperature=0.1, constants=constants))


@pytest.mark.parametrize("factor", ["cholesky", "eigen"])
@pytest.mark.parametrize(("size", "eps"), [(8, 0.0), (24, 0.0), (12, 0.1)])
def test_w_mse_agrees_in_groups(size: int, eps: float, factor: str) -> None:
    options, root = {"size": size, "eps": eps, "factor": factor}, factor == "eigen"
    method = load("w-mse", overrides=[f"objective.marginal.whitening.{key}={value}" for key, value in options.items()])
    views = correlated(2, rows=24, width=4)
    assert_agrees(objective(method), views, _total(w_mse.loss, size=size, eps=eps, root=root))
    for start in range(0, 24, size):
        group = w_mse.white(views[0], size=size, eps=0.0, root=root)[start : start + size]
        np.testing.assert_allclose(np.cov(group, rowvar=False), np.eye(4), atol=1e-10)


def test_w_mse_refuses_groups_that_do_not_divide_the_batch() -> None:
    with pytest.raises(ValueError, match="groups of 128"):
        objective("w-mse")(*(torch.randn(100, 4) for _ in range(2)))


@pytest.mark.parametrize(("rows", "width", "seed"), TALL)
def test_corinfomax_agrees_and_its_state_follows(rows: int, width: int, seed: int) -> None:
    random = np.random.default_rng(seed)
    views = correlated(2, rows=rows, width=width, seed=seed)
    state: dict[str, Array] = {}
    for side in "ab":
        root = random.normal(size=(width, width)) / 4
        state |= {f"mean_{side}": 0.1 * random.normal(size=width), f"covariance_{side}": root @ root.T}
    # a large part of the past, so that a wrong weight shows
    method = load("corinfomax", overrides=["objective.marginal.log-det.momentum=0.4"])
    options = {"invariance": 250.0, "momentum": 0.4, "eps": 1e-8}
    assert_agrees(objective(method), views, lambda a, b: corinfomax.loss(a, b, state, **options).total, memory=state)

    held = {name: torch.tensor(value) for name, value in state.items()}
    found = objective(method)(*(torch.tensor(view) for view in views), memory=held).memory
    for name, value in corinfomax.new_state(views[0], views[1], state, momentum=0.4).items():
        np.testing.assert_allclose(found[name].numpy(), value, rtol=1e-10, atol=1e-12)


def test_corinfomax_starts_at_the_identity() -> None:
    memory = objective("corinfomax").memory(3)
    torch.testing.assert_close(memory["covariance_a"], torch.eye(3))
    torch.testing.assert_close(memory["mean_b"], torch.zeros(3))


MANY: dict[str, Reference] = {
    "frossl": _total(frossl.loss),
    "mmcr": _total(mmcr.loss),
    "emp-ssl": _total(emp_ssl.loss, distortion=0.2, invariance=200.0),
}


@pytest.mark.parametrize("name", MANY)
@pytest.mark.parametrize(("num_views", "rows", "width"), [(2, 12, 5), (4, 6, 8), (3, 16, 4)])
def test_many_views_agree_with_the_reference(name: str, num_views: int, rows: int, width: int) -> None:
    assert_agrees(objective(name), correlated(num_views, rows=rows, width=width), MANY[name])


@pytest.mark.parametrize(("num_views", "rows", "width"), [(2, 12, 5), (4, 8, 3)])
def test_lejepa_agrees_on_given_slices(num_views: int, rows: int, width: int) -> None:
    slices = np.random.default_rng(1).normal(size=(7, width))
    method = load("lejepa", overrides=["objective.marginal.gaussian-match.slices=7"])
    reference = _total(lejepa.loss, slices=slices, lam=0.02)
    assert_agrees(
        objective(method), correlated(num_views, rows=rows, width=width), reference, memory={"slices": slices}
    )


def test_a_normal_sample_has_a_small_statistic_and_a_constant_one_a_large_one() -> None:
    builder = TorchBuilder()
    normal = torch.randn(256, 2000, generator=torch.Generator().manual_seed(0))
    # N E|φ̂ - φ|² = 1 - φ², integrated over the real line: √(2π) (1 - 1/√3)
    assert builder.epps_pulley(normal, knots=17, upper=3.0).mean().item() == pytest.approx(1.06, abs=0.1)
    assert builder.epps_pulley(torch.zeros(512, 1), knots=17, upper=3.0).item() > 100.0


# samples whose projections are not tied within the steps of the numerical derivative: sorting has a kink there
@pytest.mark.parametrize(("num_views", "rows", "width", "seed"), [(2, 12, 5, 18), (4, 8, 3, 1), (3, 6, 4, 1)])
def test_visreg_agrees_on_given_slices(num_views: int, rows: int, width: int, seed: int) -> None:
    slices = np.random.default_rng(1).normal(size=(6, width))
    views = correlated(num_views, rows=rows, width=width, seed=seed)
    method = load("visreg", overrides=["objective.marginal.sliced-wasserstein.slices=6"])
    reference = _total(visreg.loss, slices=slices, lam=0.9, stds=[view.std(axis=0) for view in views])
    assert_agrees(objective(method), views, reference, memory={"slices": slices})


@pytest.mark.parametrize("seed", range(3))
def test_supcon_agrees_with_the_reference(seed: int) -> None:
    labels = np.random.default_rng(seed).integers(0, 4, size=14)
    views = correlated(2, rows=14, width=6, seed=seed)
    assert_agrees(
        objective("supcon"), views, _total(supcon.loss, labels=labels, temperature=0.1), labels=labels.astype(float)
    )


def test_supcon_with_a_class_for_each_sample_is_simclr() -> None:
    views = correlated(2, rows=9, width=5)
    expected = simclr.loss(*views, temperature=0.1).total
    assert supcon.loss(*views, labels=np.arange(9), temperature=0.1).total == pytest.approx(expected, rel=1e-12)
    found = objective("supcon")(*(torch.tensor(view) for view in views), labels=torch.arange(9))
    assert found.total.item() == pytest.approx(expected, rel=1e-10)


@pytest.mark.parametrize("order", [2, 4, 5])
def test_mec_agrees_with_the_series(order: int) -> None:
    settings = [
        f"objective.marginal.coding-length.order={order}",
        "objective.marginal.coding-length.distortion=12",
        "objective.weight=1",
    ]
    method = load("mec", overrides=settings)
    views = correlated(2, rows=10, width=6)
    assert_agrees(objective(method), views, _total(mec.loss, distortion=12.0, order=order))


def test_mec_series_approaches_the_determinant() -> None:
    views = correlated(2, rows=10, width=6)
    exact = mec.exact(*views, distortion=12.0)
    errors = [abs(mec.loss(*views, distortion=12.0, order=order).total - exact) for order in (2, 4, 8)]
    assert errors[0] > errors[1] > errors[2]
    assert errors[2] < 1e-4


@pytest.mark.parametrize(("rows", "width", "seed"), TALL)
def test_explicit_mi_agrees_and_is_the_information_of_canonical_correlations(rows: int, width: int, seed: int) -> None:
    views = correlated(2, rows=rows, width=width, seed=seed)
    assert_agrees(objective("explicit-mi"), views, _total(explicit_mi.loss, eps=1e-3))
    assert explicit_mi.loss(*views, eps=0.0).total == pytest.approx(-explicit_mi.canonical(*views), rel=1e-8)


def test_explicit_mi_may_average_covariances_over_steps() -> None:
    method = load("explicit-mi", overrides=["objective.bound.gaussian.momentum=0.5"])
    a, b = (torch.tensor(view) for view in correlated(2, rows=24, width=3))
    memory = {name: value.double() for name, value in objective(method).memory(3).items()}
    found = objective(method)(a, b, memory=memory).memory
    expected = 0.5 * np.eye(6) + 0.5 * np.cov(np.hstack([a.numpy(), b.numpy()]), rowvar=False)
    np.testing.assert_allclose(found["covariance_ab"].numpy(), expected, rtol=1e-10, atol=1e-12)


# The Taylor surrogate: theory.md, second-order surrogates


@pytest.mark.parametrize("order", [2, 3, 4])
@pytest.mark.parametrize("exclude", [False, True])
def test_taylor_agrees_with_cumulants_of_the_scores(order: int, *, exclude: bool) -> None:
    method = load(
        "jmi",
        overrides=[f"objective.marginal={{taylor: {{order: {order}, exclude_positives: {str(exclude).lower()}}}}}"],
    )

    def reference(a: Array, b: Array) -> float:
        unit = [z / np.linalg.norm(z, axis=1, keepdims=True) for z in (a, b)]
        scores = unit[0] @ unit[1].T / 0.2
        kept = scores[~np.eye(len(scores), dtype=bool)] if exclude else scores.ravel()
        moments = [((kept - kept.mean()) ** k).mean() for k in range(5)]
        value = kept.mean() + moments[2] / 2
        value += moments[3] / 6 if order >= 3 else 0.0
        value += (moments[4] - 3 * moments[2] ** 2) / 24 if order >= 4 else 0.0
        return float(value - np.diagonal(scores).mean())

    assert_agrees(objective(method), correlated(2, rows=10, width=5), reference)


def test_second_order_of_aligned_standardized_views_is_barlow_twins() -> None:
    """J₂ = D/2 - L_BT/2 at λ = 1, an identity: with equal views Σ_A = Σ_B = C."""
    z = torch.tensor(correlated(1, rows=20, width=7)[0])
    critic, builder = Standardized(eps=0.0), TorchBuilder()
    surrogate = Taylor(order=2).emit(builder, critic, Inputs(z, z))
    twins = CrossCorrelation(off_diagonal=1.0).emit(builder, critic, Inputs(z, z))
    assert surrogate.marginal is not None
    assert twins.marginal is not None
    assert surrogate.joint is not None
    assert twins.joint is not None
    second_order = -(surrogate.joint + surrogate.marginal)
    assert second_order.item() == pytest.approx(7 / 2 - (twins.joint + twins.marginal).item() / 2, abs=1e-12)


def test_without_alignment_the_variance_is_the_trace_of_both_covariances() -> None:
    a, b = (torch.tensor(view) for view in correlated(2, rows=20, width=7, noise=1.0))
    critic, builder = Standardized(eps=0.0), TorchBuilder()
    surrogate = Taylor(order=2).emit(builder, critic, Inputs(a, b))
    assert surrogate.marginal is not None
    correlations = [np.corrcoef(z.numpy(), rowvar=False) for z in (a, b)]
    assert surrogate.marginal.item() == pytest.approx(np.trace(correlations[0] @ correlations[1]) / 2, rel=1e-10)


@pytest.mark.parametrize(("scale", "order", "limit"), [(8.0, 2, 0.01), (8.0, 4, 5e-4), (2.0, 2, 0.25)])
def test_the_expansion_approaches_the_logarithm_for_small_scores(scale: float, order: int, limit: float) -> None:
    random = np.random.default_rng(0)
    a, b = (torch.tensor(random.normal(size=(200, 4))) for _ in range(2))
    method = load(
        "jmi",
        overrides=[
            f"objective.critic={{dot: {{temperature: {scale}}}}}",
            f"objective.marginal={{taylor: {{order: {order}}}}}",
        ],
    )
    found = objective(method)(a, b).marginal
    assert found is not None
    scores = a.numpy() @ b.numpy().T / scale
    exact = np.log(np.exp(scores).mean())
    assert abs(found.item() - exact) < limit * max(1.0, exact)


# Against lightly, where it is right


@pytest.mark.parametrize("name", ["dcl", "macl", "directclr", "frossl", "alignment-uniformity"])
def test_equals_lightly(name: str) -> None:
    a, b = (torch.tensor(view) for view in correlated(2, rows=12, width=6))
    pytest.importorskip("lightly.loss")
    from lightly.loss import DCLLoss, DirectCLRLoss, FroSSLLoss, MACLLoss  # pyright: ignore[reportMissingImports] - optional
    from lightly.loss.hypersphere_loss import HypersphereLoss  # pyright: ignore[reportMissingImports] - optional

    theirs = {
        "dcl": lambda: DCLLoss(temperature=0.1)(a, b),
        "macl": lambda: MACLLoss()(a, b),
        "directclr": lambda: DirectCLRLoss(loss_dim=6, temperature=0.1)(a, b),
        "frossl": lambda: FroSSLLoss()([a, b]),
        "alignment-uniformity": lambda: HypersphereLoss(t=2.0)(a, b),
    }
    assert objective(name)(a, b).total.item() == pytest.approx(theirs[name]().item(), rel=1e-6)
