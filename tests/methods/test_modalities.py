"""Two encoders, each with its own view: CLIP and SigLIP on images and captions, the half-image methods of Tschannen et al."""

from math import log

import numpy as np
import pytest
import torch
from agreement import Array, assert_agrees, correlated
from references import modalities, tschannen

from ssmi_compiler import objective
from ssmi_compiler.compile import example_inputs, lower
from ssmi_dsl.load import load

RANDOM = np.random.default_rng(5)
WIDTH, HIDDEN = 6, 7
BILINEAR = RANDOM.normal(size=(WIDTH, WIDTH)) * 0.3
MLP = {
    "weight_a": RANDOM.normal(size=(HIDDEN, WIDTH)),
    "weight_b": RANDOM.normal(size=(HIDDEN, WIDTH)),
    "bias": RANDOM.normal(size=HIDDEN),
    "readout": RANDOM.normal(size=HIDDEN) * 0.3,
    "offset": np.asarray(0.2),
}
SEPARABLE = {
    **{f"{side}_weight0": RANDOM.normal(size=(HIDDEN, WIDTH)) for side in "ab"},
    **{f"{side}_bias0": RANDOM.normal(size=HIDDEN) for side in "ab"},
    **{f"{side}_weight1": RANDOM.normal(size=(4, HIDDEN)) * 0.2 for side in "ab"},
    **{f"{side}_bias1": RANDOM.normal(size=4) * 0.2 for side in "ab"},
}


def _separable(x: Array, y: Array) -> Array:
    def network(z: Array, side: str) -> Array:
        hidden = np.maximum(0.0, z @ SEPARABLE[f"{side}_weight0"].T + SEPARABLE[f"{side}_bias0"])
        return hidden @ SEPARABLE[f"{side}_weight1"].T + SEPARABLE[f"{side}_bias1"]

    return network(x, "a") @ network(y, "b").T


CRITICS = {
    "": (lambda x, y: tschannen.bilinear(x, y, BILINEAR), {"bilinear": BILINEAR}),
    "-separable": (_separable, SEPARABLE),
    "-mlp": (lambda x, y: tschannen.concatenated(x, y, MLP), MLP),
}


@pytest.mark.parametrize("seed", range(2))
def test_clip_agrees_with_the_paper_at_any_learned_temperature(seed: int) -> None:
    views = correlated(2, rows=8, width=5, seed=seed)
    for scale in (1 / 0.07, 3.0):
        assert_agrees(
            objective("clip"),
            views,
            lambda a, b, scale=scale: modalities.clip(a, b, scale=scale),
            memory={"log_scale": np.asarray(log(scale))},
        )


def test_the_learned_scale_of_clip_is_clipped_at_100() -> None:
    a, b = (torch.tensor(view) for view in correlated(2, rows=8, width=5))
    loss = objective("clip")(a, b, memory={"log_scale": torch.tensor(log(500.0), dtype=torch.float64)})
    assert loss.total.item() == pytest.approx(modalities.clip(a.numpy(), b.numpy(), scale=100.0), rel=1e-12)


@pytest.mark.parametrize("seed", range(2))
def test_siglip_agrees_with_the_paper(seed: int) -> None:
    assert_agrees(
        objective("siglip"),
        correlated(2, rows=8, width=5, seed=seed),
        lambda a, b: modalities.siglip(a, b, scale=10.0, bias=-10.0),
        memory={"log_scale": np.asarray(log(10.0)), "bias": np.asarray(-10.0)},
    )


@pytest.mark.parametrize("critic", CRITICS)
def test_tschannen_agrees_with_the_paper(critic: str) -> None:
    scores_of, memory = CRITICS[critic]
    views = correlated(2, rows=7, width=WIDTH, seed=2)
    # the loss leaves out the constants: log K of InfoNCE, and NWJ's sum of constants is zero
    assert_agrees(
        objective(f"tschannen-infonce{critic}"),
        views,
        lambda a, b: log(len(a)) - tschannen.infonce(scores_of(a, b)),
        memory=memory,
    )
    assert_agrees(
        objective(f"tschannen-nwj{critic}"), views, lambda a, b: -tschannen.nwj(scores_of(a, b)), memory=memory
    )


@pytest.mark.parametrize(("name", "data"), [("clip", "shapes"), ("siglip", "shapes"), ("tschannen-infonce", "digits")])
def test_each_encoder_receives_its_own_view_and_a_gradient(name: str, data: str) -> None:
    lowered = lower(load(name, recipe="digits", overrides=["recipes.digits.batch_size=8"]), data=data)
    flows = {flow.part: flow for flow in lowered.certificate.flows}
    first, second = (branch.name for branch in lowered.method.branches)
    assert {f"{first}.encoder", f"{second}.encoder", "objective0"} <= flows.keys()
    reads = {op.text("params"): op.operands[0] for op in lowered.stages[-1][1].ops if op.name == "encode"}
    kinds = {part: lowered.stages[-1][1].ops[index] for part, index in reads.items()}
    assert kinds[f"{first}.encoder"] != kinds[f"{second}.encoder"]
    if data == "shapes":
        assert kinds["text.encoder"].name == "text"
        inputs = example_inputs(lowered.method, lowered.networks, lowered.augmentations, lowered.data, seed=0)
        assert inputs["text"].shape == (8, 12)
