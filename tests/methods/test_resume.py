"""A run that is cut and goes on from its saved state ends in the same bits, for every kind of state that a step keeps. Legend: N batch."""

import pytest
import torch
from training import N, train

from ssmi_compiler.compile import example_inputs, lower
from ssmi_dsl.components.backbones import Vit
from ssmi_dsl.load import load

# method: (the state it is here for, steps before and after the cut, overrides); ten steps are an epoch
KINDS = {
    "dino": ("center", 3, 3, []),
    "swav": ("past", 9, 3, ["queue=64", "queue_epochs=1"]),
    "nnclr": ("support", 3, 3, []),
    "all4one": ("layer0_qkv", 3, 3, []),
    "ressl": ("related", 3, 3, []),
    "tico": ("second_moment", 3, 3, []),
    "capi": ("centroids", 3, 3, []),
    "directpred": ("correlation", 3, 3, []),
    "deepcluster-v2": ("assigned0", 10, 2, []),
    "smog": ("groups", 4, 3, ["reset_steps=4", "memory=64", "count=50"]),
}


@pytest.mark.slow
@pytest.mark.parametrize("name", KINDS)
def test_a_resumed_run_is_the_uninterrupted_one(name: str) -> None:
    kept, before, after, changes = KINDS[name]
    word = {"swav": "sinkhorn", "smog": "groups"}.get(name, "")
    changed = [f"recipes.digits.method.objective.marginal.{word}.{change}" for change in changes]
    is_vit = isinstance(load(name, recipe="digits").spec.encoder.backbone, Vit)
    small = [] if is_vit else ["recipes.digits.method.encoder.backbone.conv-small.width=4"]
    overrides = [*small, f"recipes.digits.batch_size={N}", *changed]
    lowered = lower(load(name, recipe="digits", overrides=overrides))

    def start() -> dict[str, torch.Tensor]:
        return example_inputs(lowered.method, lowered.networks, lowered.augmentations, lowered.data, seed=0)

    whole, first, second = start(), start(), start()
    initial = {key: value.clone() for key, value in whole.items() if key.startswith("state/")}
    rows = train(lowered, whole, steps=before + after)
    head = train(lowered, first, steps=before)
    second.update({key: value.clone() for key, value in first.items() if key.startswith("state/")})
    tail = train(lowered, second, first=before, steps=after)

    assert head + tail == rows
    moved = [key for key in initial if key.endswith((f".{kept}", f"/{kept}"))]
    assert moved
    assert not any(torch.equal(initial[key], whole[key]) for key in moved), "the state is one that the run changes"
    assert all(torch.equal(second[key], whole[key]) for key in initial)
