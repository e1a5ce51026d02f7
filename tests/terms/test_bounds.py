"""Bounds and critics: references, the table of optimal critics, closed forms, caps, dependent samples. Legend: N batch, D embedding."""

from collections.abc import Mapping
from typing import Any

import numpy as np
import pytest
import torch
from references import bounds
from references.gradient import numerical_gradients, relative_error
from references.result import FloatArray
from scipy.special import gammaln, ive

from ssmi_compiler.ir.torch_ops import TorchBuilder
from ssmi_compiler.nn.init import initial_tensor
from ssmi_dsl.builders.numpy_reference import NumpyBuilder
from ssmi_dsl.builders.protocol import Mask
from ssmi_dsl.errors import SsmiError
from ssmi_dsl.terms import Bound, Critic, Inputs, Scores, Shapes
from ssmi_dsl.terms.bounds.decoupled import Decoupled
from ssmi_dsl.terms.bounds.donsker_varadhan import DonskerVaradhan
from ssmi_dsl.terms.bounds.entropy_reconstruction import EntropyReconstruction
from ssmi_dsl.terms.bounds.gaussian import Gaussian
from ssmi_dsl.terms.bounds.infonce import InfoNCE
from ssmi_dsl.terms.bounds.interpolated import Interpolated
from ssmi_dsl.terms.bounds.jsd import Jsd
from ssmi_dsl.terms.bounds.mine import Mine
from ssmi_dsl.terms.bounds.nwj import Nwj
from ssmi_dsl.terms.bounds.sigmoid import Sigmoid
from ssmi_dsl.terms.bounds.smile import Smile
from ssmi_dsl.terms.bounds.tuba import Tuba
from ssmi_dsl.terms.critics.bilinear import Bilinear
from ssmi_dsl.terms.critics.laplace import Laplace
from ssmi_dsl.terms.critics.mlp import Mlp
from ssmi_dsl.terms.critics.separable import Separable


def _draw_scores(seed: int, size: int = 7, scale: float = 1.0) -> FloatArray:
    return scale * np.random.default_rng(seed).normal(size=(size, size)) + scale * np.eye(size)


def _loss(bound: Bound, scores: FloatArray | torch.Tensor, memory: Mapping[str, Any] | None = None) -> torch.Tensor:
    """The bound's loss on a matrix of scores whose diagonal holds the positives, float64; gradients reach `scores`."""
    tensor = scores if isinstance(scores, torch.Tensor) else torch.tensor(scores)
    held = {name: torch.as_tensor(value, dtype=torch.float64) for name, value in (memory or {}).items()}
    found = Scores(torch.diagonal(tensor), tensor, positives=Mask.DIAGONAL, excluded=Mask.NONE)
    parts = bound.emit(TorchBuilder(), found, Inputs(tensor, tensor, memory=held))
    assert parts.marginal is not None
    assert parts.joint is not None
    return parts.joint + parts.marginal


# loss = -(value of the bound) + offset
CASES: dict[str, tuple[Bound, dict[str, float], Any, float]] = {
    "donsker-varadhan": (DonskerVaradhan(), {}, bounds.dv, 0.0),
    "nwj": (Nwj(), {}, bounds.nwj, 0.0),
    "jsd": (Jsd(), {}, bounds.jsd, 0.0),
    "tuba": (Tuba(), {"log_baseline": 0.3}, lambda s: bounds.tuba(s, log_baseline=0.3), 0.0),
    "interpolated": (
        Interpolated(alpha=0.3), {"log_baseline": 0.4}, lambda s: bounds.interpolated(s, alpha=0.3, log_baseline=0.4), 0.0,
    ),
    "interpolated-end": (Interpolated(alpha=1), {}, lambda s: bounds.interpolated(s, alpha=1.0, log_baseline=0.0), 0.0),
    "sigmoid": (
        Sigmoid(), {"log_scale": 0.5, "bias": -1.5}, lambda s: bounds.sigmoid(s, log_scale=0.5, bias=-1.5), 0.0,
    ),
    "infonce": (InfoNCE(), {}, bounds.infonce, float(np.log(7))),
    "decoupled": (Decoupled(), {}, bounds.decoupled, float(np.log(6))),
}  # fmt: skip


@pytest.mark.parametrize("name", CASES)
@pytest.mark.parametrize("seed", range(3))
def test_value_and_gradient_of_a_bound(name: str, seed: int) -> None:
    bound, memory, reference, offset = CASES[name]
    scores = _draw_scores(seed)
    tensor = torch.tensor(scores, requires_grad=True)

    loss = _loss(bound, tensor, memory)
    loss.backward()

    assert loss.item() == pytest.approx(offset - reference(scores), rel=1e-11)
    expected = numerical_gradients(lambda scores: -reference(scores), {"scores": scores})["scores"]
    assert tensor.grad is not None
    assert relative_error(tensor.grad.numpy(), expected) < 1e-8


@pytest.mark.parametrize("name", CASES)
def test_a_bound_survives_large_scores_in_float32(name: str) -> None:
    bound, memory, _, _ = CASES[name]
    scores = _draw_scores(0, scale=25.0)
    tensor = torch.tensor(scores, dtype=torch.float32, requires_grad=True)
    loss = _loss(bound, tensor, {key: np.float32(value) for key, value in memory.items()})
    loss.backward()
    assert torch.isfinite(loss)
    assert tensor.grad is not None
    assert torch.isfinite(tensor.grad).all()


def test_jsd_squashed_reaches_the_floor_of_gmi() -> None:
    scores = torch.full((4, 4), -1e3, dtype=torch.float64) + 2e3 * torch.eye(4, dtype=torch.float64)
    assert _loss(Jsd(squash=True), scores).item() == pytest.approx(1.0064088680781682, rel=1e-12)


def test_smile_shows_the_clipped_value_and_follows_the_gradient_of_jsd() -> None:
    scores = _draw_scores(1, scale=3.0)
    shown, trained = (torch.tensor(scores, requires_grad=True) for _ in range(2))
    value = _loss(Smile(clip=2.0), shown)
    value.backward()
    _loss(Jsd(), trained).backward()
    assert value.item() == pytest.approx(-bounds.smile(scores, clip=2.0), rel=1e-12)
    assert shown.grad is not None
    assert trained.grad is not None
    torch.testing.assert_close(shown.grad, trained.grad, rtol=1e-12, atol=0)


def test_mine_shows_donsker_varadhan_and_divides_its_gradient_by_the_moving_average() -> None:
    scores, past, momentum = _draw_scores(2), 3.0, 0.75
    tensor = torch.tensor(scores, requires_grad=True)
    found = Scores(torch.diagonal(tensor), tensor, positives=Mask.DIAGONAL, excluded=Mask.NONE)
    memory = {"log_partition": torch.tensor(np.log(past), dtype=torch.float64)}
    parts = Mine(momentum=momentum).emit(TorchBuilder(), found, Inputs(tensor, tensor, memory=memory))
    assert parts.marginal is not None
    assert parts.joint is not None
    (parts.joint + parts.marginal).backward()

    _, product = bounds.joint_and_product(scores)
    partition = momentum * past + (1 - momentum) * np.exp(product).mean()
    expected = np.exp(scores) / product.size / partition
    np.fill_diagonal(expected, -1 / len(scores))
    assert (parts.joint + parts.marginal).item() == pytest.approx(-bounds.dv(scores), rel=1e-12)
    assert parts.updates["log_partition"].item() == pytest.approx(np.log(partition), rel=1e-12)
    assert tensor.grad is not None
    np.testing.assert_allclose(tensor.grad.numpy(), expected, rtol=1e-10)


def test_mine_survives_scores_that_overflow_in_float32() -> None:
    tensor = torch.tensor(_draw_scores(2, scale=60.0), dtype=torch.float32, requires_grad=True)
    loss = _loss(Mine(), tensor, {"log_partition": np.float32(0.0)})
    loss.backward()
    assert loss.item() == pytest.approx(-bounds.dv(tensor.detach().double().numpy()), rel=1e-5)
    assert tensor.grad is not None
    assert tensor.grad.isfinite().all()


def test_mine_can_pin_the_free_constant() -> None:
    scores = _draw_scores(3)
    shift = [_loss(Mine(constant_penalty=0.5), scores + c, {"log_partition": 0.0}).item() for c in (0.0, 4.0)]
    free = [_loss(Mine(), scores + c, {"log_partition": 0.0}).item() for c in (0.0, 4.0)]
    assert free[0] == pytest.approx(free[1], rel=1e-10)
    assert shift[1] - shift[0] > 1.0


def test_tuba_with_the_best_baseline_is_donsker_varadhan_and_with_e_nwj() -> None:
    scores = _draw_scores(4)
    _, product = bounds.joint_and_product(scores)
    best = float(np.log(np.exp(product).mean()))
    assert _loss(Tuba(), scores, {"log_baseline": best}).item() == pytest.approx(-bounds.dv(scores), rel=1e-12)
    assert _loss(Tuba(), scores, {"log_baseline": 1.0}).item() == pytest.approx(-bounds.nwj(scores), rel=1e-12)
    assert _loss(Tuba(), scores, {"log_baseline": best + 0.5}).item() > -bounds.dv(scores)


def test_interpolated_needs_the_positives_on_the_diagonal() -> None:
    scores = torch.zeros(4, 5)
    found = Scores(scores[:, 0], scores, positives=Mask.FIRST, excluded=Mask.NONE)
    with pytest.raises(SsmiError, match="in-batch"):
        Interpolated(alpha=1).emit(TorchBuilder(), found, Inputs(scores, scores))


def test_entropy_reconstruction_is_the_kernel_density_of_the_targets() -> None:
    random = np.random.default_rng(0)
    a, b = random.normal(size=(2, 9, 4))
    unit_a, unit_b = (z / np.linalg.norm(z, axis=1, keepdims=True) for z in (a, b))
    positive = torch.tensor(10 * (unit_a * unit_b).sum(axis=1))
    found = Scores(positive, torch.zeros(9, 9), positives=Mask.DIAGONAL, excluded=Mask.NONE)
    parts = EntropyReconstruction().emit(TorchBuilder(), found, Inputs(torch.tensor(a), torch.tensor(b)))
    kernels = [[np.exp(10 * unit_b[i] @ unit_b[j]) for j in range(9) if j != i] for i in range(9)]
    assert parts.marginal is not None
    assert parts.joint is not None
    assert parts.marginal.item() == pytest.approx(np.mean([np.log(sum(row)) for row in kernels]), rel=1e-12)
    assert parts.joint.item() == pytest.approx(-positive.mean().item(), rel=1e-12)


# The table of optimal critics: d = 20, y = ρ x + √(1 - ρ²) ε, T = log p/q; mean and standard deviation over batches

OPTIMAL: list[tuple[float, int, str, float, float]] = [
    (2, 128, "dv", 2.00, 0.18), (2, 128, "nwj", 2.00, 0.19), (2, 128, "infonce", 1.89, 0.16),
    (2, 128, "smile1", 2.37, 0.19), (2, 128, "smile5", 2.03, 0.19), (2, 128, "decoupled", 2.10, 0.19),
    (4, 128, "dv", 3.99, 0.31), (4, 128, "nwj", 3.96, 0.38), (4, 128, "infonce", 3.33, 0.15),
    (4, 128, "smile1", 4.63, 0.24), (4, 128, "smile5", 4.24, 0.26), (4, 128, "decoupled", 4.48, 0.27),
    (8, 128, "infonce", 4.62, 0.07), (8, 128, "smile5", 9.29, 0.39), (8, 128, "decoupled", 10.83, 0.51),
]  # fmt: skip
ESTIMATORS: dict[str, tuple[Bound, float]] = {
    "dv": (DonskerVaradhan(), 0.0),
    "infonce": (InfoNCE(), float(np.log(128))),
    "smile1": (Smile(clip=1.0), 0.0),
    "smile5": (Smile(clip=5.0), 0.0),
    "decoupled": (Decoupled(), float(np.log(127))),
    "nwj": (Nwj(), 0.0),
}
BATCHES = 60


def _optimal(information: float, size: int, batches: int, *, width: int = 20) -> list[FloatArray]:
    correlation = float(np.sqrt(1 - np.exp(-2 * information / width)))
    assert bounds.gaussian_information(correlation, width) == pytest.approx(information)
    random = np.random.default_rng(round(information))
    found = []
    for _ in range(batches):
        a, noise = random.normal(size=(2, size, width))
        found.append(bounds.optimal_scores(a, correlation * a + np.sqrt(1 - correlation**2) * noise, correlation))
    return found


@pytest.fixture(scope="module")
def optimal() -> dict[float, list[FloatArray]]:
    return {information: _optimal(information, 128, BATCHES) for information in (2, 4, 8)}


@pytest.mark.parametrize(("information", "size", "name", "mean", "std"), OPTIMAL)
def test_optimal_critics_read_what_the_table_says(
    information: float, size: int, name: str, mean: float, std: float, optimal: dict[float, list[FloatArray]]
) -> None:
    bound, offset = ESTIMATORS[name]
    # NWJ is tight at T = 1 + log p/q
    constant = 1.0 if name == "nwj" else 0.0
    values = [offset - _loss(bound, scores + constant).item() for scores in optimal[information]]
    # four standard errors of the two means, and the table's own rounding
    assert np.mean(values) == pytest.approx(mean, abs=4 * std * np.sqrt(2 / BATCHES) + 0.005)
    assert np.std(values) == pytest.approx(std, rel=0.6)


def test_infonce_never_exceeds_the_logarithm_of_its_candidates(optimal: dict[float, list[FloatArray]]) -> None:
    values = [np.log(128) - _loss(InfoNCE(), scores).item() for scores in optimal[8]]
    assert max(values) < np.log(128)


@pytest.mark.parametrize("information", [2.0, 4.0])
def test_trained_bounds_have_the_closed_forms_at_their_optima(
    information: float, optimal: dict[float, list[FloatArray]]
) -> None:
    """TUBA, interpolated and MINE read I itself; JSD reads 2 JSD - 2 log 2, which is no information."""
    scores = optimal[information]
    tuba = -np.mean([_loss(Tuba(), s, {"log_baseline": 0.0}).item() for s in scores])
    mine = -np.mean([_loss(Mine(), s, {"log_partition": 0.0}).item() for s in scores])
    mixed = -np.mean([_loss(Interpolated(alpha=0.01), s, {"log_baseline": 0.0}).item() for s in scores])
    assert tuba == pytest.approx(information, abs=0.25)
    assert mine == pytest.approx(information, abs=0.25)
    assert mixed == pytest.approx(information, abs=0.25)
    jsd = -np.mean([_loss(Jsd(), s).item() for s in scores])
    assert jsd == pytest.approx({2.0: -0.69, 4.0: -0.33}[information], abs=0.03)


@pytest.mark.parametrize("information", [2.0, 4.0])
def test_the_gaussian_bound_reads_the_closed_form(information: float) -> None:
    width, size = 20, 20_000
    correlation = float(np.sqrt(1 - np.exp(-2 * information / width)))
    random = np.random.default_rng(0)
    a, noise = random.normal(size=(2, size, width))
    b = correlation * a + np.sqrt(1 - correlation**2) * noise
    # the estimate of the covariances adds D²/2N
    mixing = random.normal(size=(width, width))
    for z in (b, b @ mixing):
        parts = Gaussian(eps=0.0).emit(
            TorchBuilder(),
            Scores(torch.zeros(1), torch.zeros(1, 1), Mask.NONE, Mask.NONE),
            Inputs(torch.tensor(a), torch.tensor(z)),
        )
        assert parts.marginal is not None
        assert parts.joint is not None
        assert -(parts.joint + parts.marginal).item() == pytest.approx(information + width**2 / (2 * size), abs=0.05)


# Caps of bounded critics


@pytest.mark.parametrize(
    ("temperature", "width", "cap"),
    [(0.1, 64, 9.23), (0.2, 64, 4.81), (0.5, 64, 1.97), (1.0, 64, 0.99), (0.2, 256, 4.95)],
)
def test_perfect_alignment_on_the_sphere_reaches_the_cap_of_the_cosine(
    temperature: float, width: int, cap: float
) -> None:
    order = width / 2 - 1
    partition = (
        gammaln(width / 2) + order * np.log(2 * temperature) + np.log(ive(order, 1 / temperature)) + 1 / temperature
    )
    assert 1 / temperature - partition == pytest.approx(cap, abs=0.005)
    random = np.random.default_rng(0)
    unit = random.normal(size=(600, width))
    unit /= np.linalg.norm(unit, axis=1, keepdims=True)
    value = -_loss(DonskerVaradhan(), unit @ unit.T / temperature).item()
    assert value == pytest.approx(cap, abs=0.05)
    assert value < 1 / temperature


@pytest.mark.parametrize(("temperature", "size"), [(0.1, 256), (0.2, 64), (0.5, 256)])
def test_no_unit_vectors_exceed_the_cap_of_infonce(temperature: float, size: int) -> None:
    cap = np.log(size) - np.log(1 + (size - 1) * np.exp(-(1 + 1 / (size - 1)) / temperature))
    simplex = np.eye(size) - 1 / size
    simplex /= np.linalg.norm(simplex, axis=1, keepdims=True)
    reached = np.log(size) - _loss(InfoNCE(), simplex @ simplex.T / temperature).item()
    assert reached == pytest.approx(cap, rel=1e-10)
    random = np.random.default_rng(1)
    for noise in (0.0, 0.2, 1.0):
        a = random.normal(size=(size, 16))
        b = a + noise * random.normal(size=a.shape)
        a, b = (z / np.linalg.norm(z, axis=1, keepdims=True) for z in (a, b))
        assert np.log(size) - _loss(InfoNCE(), a @ b.T / temperature).item() < cap


def test_dependent_samples_break_the_bounds() -> None:
    """Tschannen et al. 2020, section 4: Z shared by the batch, X, Y = Z + ε; the true information of a pair is 0.0204 nats."""
    true = -0.5 * np.log(1 - 0.2**2)
    assert true == pytest.approx(0.0204, abs=5e-5)
    random = np.random.default_rng(0)
    shared = np.linalg.cholesky(np.array([[1.0, -0.5], [-0.5, 1.0]]))
    own = np.linalg.cholesky(np.array([[1.0, 0.9], [0.9, 1.0]]))
    found: dict[str, list[float]] = {"infonce": [], "nwj": []}
    for _ in range(200):
        x, y = (shared @ random.normal(size=2))[:, None] + own @ random.normal(size=(2, 64))
        # given Z, log p(y|x)/p(y) of the noise alone: the critic that the batch invites
        x, y = x - x.mean(), y - y.mean()
        scores = bounds.optimal_scores(x[:, None], y[:, None], 0.9)
        found["infonce"].append(np.log(64) - _loss(InfoNCE(), scores).item())
        found["nwj"].append(-_loss(Nwj(), scores + 1).item())
    assert np.mean(found["infonce"]) > 10 * true
    assert np.mean(found["nwj"]) > 10 * true


# Critics


def _memory(critic: Critic, width: int, seed: int) -> dict[str, torch.Tensor]:
    generator = torch.Generator().manual_seed(seed)
    found = {name: initial_tensor(tensor, generator) for name, tensor in critic.learned(Shapes(6, width)).items()}
    return {
        name: value.double() + 0.1 * torch.randn(value.shape, generator=generator).double()
        for name, value in found.items()
    }


def _bilinear(x: FloatArray, y: FloatArray, m: Mapping[str, FloatArray]) -> float:
    return float(x @ m["bilinear"] @ y)


def _separable(x: FloatArray, y: FloatArray, m: Mapping[str, FloatArray]) -> float:
    def through(z: FloatArray, side: str) -> FloatArray:
        return m[f"{side}_weight1"] @ np.maximum(m[f"{side}_weight0"] @ z + m[f"{side}_bias0"], 0) + m[f"{side}_bias1"]

    return float(through(x, "a") @ through(y, "b"))


def _mlp(x: FloatArray, y: FloatArray, m: Mapping[str, FloatArray]) -> float:
    weights = np.hstack([m["weight_a"], m["weight_b"]])
    return float(m["readout"] @ np.maximum(weights @ np.concatenate([x, y]) + m["bias"], 0) + m["offset"])


def _laplace(x: FloatArray, y: FloatArray, m: Mapping[str, FloatArray]) -> float:
    d = np.abs(x - y)
    return -float(np.where(d < 1, d**2 / 2, d - 0.5).mean())


CRITICS: dict[str, tuple[Critic, Any]] = {
    "bilinear": (Bilinear(), _bilinear),
    "separable": (Separable(hidden=5, width=3), _separable),
    "mlp": (Mlp(hidden=5), _mlp),
    "laplace": (Laplace(), _laplace),
}


@pytest.mark.parametrize("name", CRITICS)
@pytest.mark.parametrize("seed", range(2))
def test_a_critic_scores_pairs_and_all_pairs_alike(name: str, seed: int) -> None:
    critic, reference = CRITICS[name]
    x, y = np.random.default_rng(seed).normal(size=(2, 6, 4))
    memory = _memory(critic, 4, seed)
    arrays = {key: value.numpy() for key, value in memory.items()}
    expected = np.array([[reference(a, b, arrays) for b in y] for a in x])
    for matrix, pair in (
        (critic.matrix(NumpyBuilder(), x, y, arrays), critic.pair(NumpyBuilder(), x, y, arrays)),
        (
            critic.matrix(TorchBuilder(), torch.tensor(x), torch.tensor(y), memory).numpy(),
            critic.pair(TorchBuilder(), torch.tensor(x), torch.tensor(y), memory).numpy(),
        ),
    ):
        np.testing.assert_allclose(matrix, expected, rtol=1e-10, atol=1e-12)
        np.testing.assert_allclose(pair, np.diagonal(expected), rtol=1e-10, atol=1e-12)


@pytest.mark.parametrize("name", ["bilinear", "separable", "mlp"])
def test_a_learned_critic_learns_the_information_of_gaussians(name: str) -> None:
    """Two nats in two dimensions: networks come close in a few hundred steps of Adam on InfoNCE, and pass nothing.

    A bilinear form lacks the squares of the optimal critic: it reaches the best multiple of the inner product, found by search.
    """
    correlation = float(np.sqrt(1 - np.exp(-2.0)))
    critic = {"bilinear": Bilinear(), "separable": Separable(hidden=64, width=32), "mlp": Mlp(hidden=64)}[name]
    generator = torch.Generator().manual_seed(0)
    memory = {
        key: initial_tensor(value, generator).requires_grad_() for key, value in critic.learned(Shapes(6, 2)).items()
    }
    optimizer = torch.optim.Adam(list(memory.values()), lr=5e-3)
    builder, bound = TorchBuilder(), InfoNCE()
    values: list[float] = []
    for _ in range(400):
        a = torch.randn(128, 2, generator=generator)
        b = correlation * a + (1 - correlation**2) ** 0.5 * torch.randn(128, 2, generator=generator)
        found = Scores(
            critic.pair(builder, a, b, memory), critic.matrix(builder, a, b, memory), Mask.DIAGONAL, Mask.NONE
        )
        parts = bound.emit(builder, found, Inputs(a, b))
        assert parts.marginal is not None
        assert parts.joint is not None
        loss = parts.joint + parts.marginal
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        values.append(float(np.log(128)) - loss.item())
    reached = float(np.mean(values[-100:]))
    least = 1.5
    if name == "bilinear":
        random = np.random.default_rng(0)
        a, noise = random.normal(size=(2, 40, 128, 2))
        b = correlation * a + np.sqrt(1 - correlation**2) * noise
        least = max(
            np.mean([bounds.infonce(w * x @ y.T) for x, y in zip(a, b, strict=True)]) for w in np.linspace(0.5, 4, 15)
        )
        assert reached == pytest.approx(least, abs=0.1)
        least -= 0.1
    assert least < reached < 2.05
