"""CAPI against its reference, its predictor, and what its certificate refuses. Legend: N batch, P patches, D features, K clusters, H hidden."""

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
import torch
from bundled import small
from references import capi
from references.gradient import numerical_gradients, relative_error

from ssmi_compiler import objective
from ssmi_compiler.compile import lower
from ssmi_compiler.errors import CertificateError
from ssmi_compiler.masks import draw_places
from ssmi_compiler.nn import build_token_predictor, init_module
from ssmi_compiler.schedules import numbers_at
from ssmi_compiler.step.networks import initial_state
from ssmi_dsl.components.backbones import EncoderSpec, Vit
from ssmi_dsl.components.heads import TransformerHead
from ssmi_dsl.load import load
from ssmi_dsl.spec.masks import InverseBlockMask
from ssmi_dsl.terms.marginals.online_clusters import OnlineClusters

SIZES = [(4, 6, 5, 8, 2, 0), (6, 4, 3, 5, 3, 1), (5, 9, 7, 6, 4, 2)]


@pytest.mark.parametrize(("batch", "patches", "width", "clusters", "asked", "seed"), SIZES)
@pytest.mark.parametrize(("dtype", "limit"), [(torch.float32, 1e-5), (torch.float64, 1e-7)])
def test_the_loss_agrees_with_the_reference(
    dtype: torch.dtype, limit: float, batch: int, patches: int, width: int, clusters: int, asked: int, seed: int
) -> None:
    random = np.random.default_rng(seed)
    p, z = random.normal(size=(batch, asked, clusters)), random.normal(size=(batch, patches, width))
    centroids, bias = 0.3 * random.normal(size=(clusters, width)), 0.1 * random.normal(size=clusters)
    hidden = np.stack([np.sort(random.permutation(patches)[:asked]) for _ in range(batch)])
    x, y, c, o = (torch.tensor(a, dtype=dtype, requires_grad=True) for a in (p, z, centroids, bias))

    loss = objective("capi")(
        x.flatten(0, 1),
        y.flatten(0, 1),
        rows=asked,
        hidden=torch.tensor(hidden)[:, None],
        memory={"centroids": c, "centroid_bias": o},
    )
    loss.backward()

    expected = capi.loss(p, z, hidden, centroids, bias)
    assert loss.joint.item() == pytest.approx(-expected.joint, rel=limit)
    assert loss.marginal is not None
    assert loss.marginal.item() == pytest.approx(expected.marginal, rel=limit)
    held = capi.assignments(capi.scores(z, centroids, bias), epsilon=0.06, iterations=3)
    gradients = numerical_gradients(
        lambda **moved: capi.loss(hidden=hidden, z=z, held=held, **moved).total,
        {"p": p, "centroids": centroids, "bias": bias},
        step=1e-3,
    )
    for name, tensor in {"p": x, "centroids": c, "bias": o}.items():
        assert tensor.grad is not None
        assert relative_error(tensor.grad.double().numpy(), gradients[name]) < limit, name
    assert y.grad is None, "the teacher is a constant"


def test_each_place_is_balanced_by_itself() -> None:
    random = np.random.default_rng(0)
    scores = random.normal(size=(16, 3, 4)) + 5 * random.normal(size=(1, 3, 4))  # a place favours a cluster
    by_place = capi.assignments(scores, epsilon=0.5, iterations=50)
    np.testing.assert_allclose(by_place.mean(axis=0), 0.25, atol=1e-3)


def test_memory_has_a_centroid_for_each_prototype() -> None:
    memory = objective("capi").memory(6, anchor=10)
    assert {name: tuple(value.shape) for name, value in memory.items()} == {
        "centroids": (10, 6),
        "centroid_bias": (10,),
    }


@pytest.mark.parametrize(("rows", "places"), [((6, 3), (2, 1, 2)), ((4, 3), (3, 1, 2))])
def test_inputs_that_do_not_fit_are_refused(rows: tuple[int, int], places: tuple[int, int, int]) -> None:
    made = objective("capi")
    with pytest.raises(ValueError, match="hidden"):
        made(torch.zeros(rows), torch.zeros(8, 5), hidden=torch.zeros(places, dtype=torch.long), memory={})


def test_a_hidden_token_is_predicted_on_its_own() -> None:
    encoder = EncoderSpec(backbone=Vit(patch=4, width=16, depth=1, heads=2))
    module = build_token_predictor(
        TransformerHead(width=8, depth=2, heads=2, attention="cross"), encoder, size=(16, 16)
    )
    init_module(module, torch.Generator().manual_seed(0))
    tokens = torch.randn(3, 1 + 5, 16, generator=torch.Generator().manual_seed(1))
    visible, hidden = draw_places(InverseBlockMask(ratio=11 / 16), (4, 4), torch.Generator().manual_seed(2), 3)

    both = module(tokens, visible=visible, hidden=hidden, grid=(4, 4)).unflatten(0, (3, -1))
    alone = module(tokens, visible=visible, hidden=hidden[:, :, 4:5], grid=(4, 4)).unflatten(0, (3, -1))

    assert both.shape == (3, 11, 16)
    torch.testing.assert_close(both[:, 4:5], alone)
    other = module(tokens.flip(0), visible=visible, hidden=hidden, grid=(4, 4)).unflatten(0, (3, -1))
    assert not torch.allclose(both[0], other[0]), "it reads the visible tokens"


def test_a_share_of_the_hidden_patches_is_predicted() -> None:
    declared = InverseBlockMask(ratio=0.65, predicted=0.05)
    counts = declared.counts((16, 16))
    assert (counts.hidden, counts.visible) == (8, 90)  # int(0.05 * 166), as the official code counts
    visible, hidden = draw_places(declared, (16, 16), torch.Generator().manual_seed(0), 50)
    assert hidden.shape == (50, 1, 8)
    assert not any(set(v.tolist()) & set(h.flatten().tolist()) for v, h in zip(visible, hidden, strict=True))
    assert len(set(hidden.flatten().tolist())) > 150, "places vary"


def test_the_centroids_have_an_optimiser_of_their_own() -> None:
    method = load("capi")
    numbers = numbers_at(method, 400, num_steps=4000, steps_per_epoch=10)
    assert numbers["lr/terms"] == pytest.approx(0.5 * numbers["lr"])
    assert numbers["momentum/teacher"] == pytest.approx(1 - 0.001 * 400 / 580)
    after = numbers_at(method, 580, num_steps=4000, steps_per_epoch=10)["momentum/teacher"]
    assert after == pytest.approx(0.999)
    terms = "optimize.terms={optimizer: {adamw: {lr: 0.1, betas: [0.5, 0.5]}}}"
    lowered = lower(small("capi", terms))
    state = initial_state(lowered.method, lowered.networks, seed=0)
    assert "slot/objective0/first/centroids" in state
    assert "slot/student.encoder/momentum/embed.weight" in state, "plain SGD moves the student"


def test_the_certificate_says_that_the_centroids_learn_alone() -> None:
    certificate = lower(small("capi")).certificate
    assert certificate.alone == ("objective0 learns from marginal alone",)
    flows = {flow.part: flow for flow in certificate.flows}
    assert flows["objective0"].terms == ("marginal",)
    assert flows["objective0"].paths == (), "no branch output passes a gradient to the centroids"
    assert all(flow.terms == ("joint",) for part, flow in flows.items() if part.startswith("student."))
    assert not any(part.startswith("teacher.") for part in flows)


def test_the_certificate_refuses_a_student_that_trains_the_centroids(monkeypatch: pytest.MonkeyPatch) -> None:
    honest = OnlineClusters.emit

    def exchanged(self: OnlineClusters, b: Any, critic: Any, at: Any) -> Any:
        """The two parts exchanged: the student's loss is then the one that must train the centroids alone."""
        parts = honest(self, b, critic, at)
        return replace(parts, joint=parts.marginal, marginal=parts.joint)

    monkeypatch.setattr(OnlineClusters, "emit", exchanged)
    with pytest.raises(CertificateError, match="`objective0` learns from `marginal` alone") as caught:
        lower(small("capi"))
    assert "`marginal` trains `objective0` alone, but it reaches `student.encoder`" in str(caught.value)


def test_the_length_of_a_prototype_is_learned() -> None:
    lowered = lower(small("capi"))
    state = initial_state(lowered.method, lowered.networks, seed=0)
    gain = state["param/student.prototypes/gain"]
    assert torch.equal(gain, torch.ones(64, 1))
