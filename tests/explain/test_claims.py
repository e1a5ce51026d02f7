"""What `explain` announces is what the certificate proves, for every bundled method."""

import re

import pytest
from bundled import EVERY_METHOD, small_backbone

from ssmi_compiler.api import embedded_data
from ssmi_compiler.compile import lower
from ssmi_dsl.components.backbones import Vit
from ssmi_dsl.explain.movement import claims_of, followers_of, moves_of
from ssmi_dsl.load import find_source, load, open_spec
from ssmi_dsl.spec.method import understand
from ssmi_dsl.spec.method_spec import MethodSpec
from ssmi_dsl.spec.recipe import recipe_of
from ssmi_dsl.validation import validate

SMALL = [
    "recipes.digits.batch_size=8",
    "recipes.digits.optimizer={sgd: {lr: 0.01}}",
]


@pytest.mark.parametrize("name", EVERY_METHOD)
def test_the_certificate_proves_what_is_announced(name: str) -> None:
    queue = ["objective.marginal={queue: {size: 64}}"] if name.startswith("moco") else []
    method = load(name, recipe="digits", overrides=[*SMALL, *_encoder(name), *queue])
    certificate = lower(method, data=embedded_data(name)).certificate
    for move in moves_of(method):
        reached = {flow.part for flow in certificate.flows if flow.phase == move.phase}
        assert set(move.moves) <= reached
        held = {claim for claim in claims_of(method) if claim.startswith(f"{move.phase}: no loss term reaches")}
        assert not any(f"`{part}`" in claim for claim in held for part in reached)
        for branch in move.stopped:
            assert f"{move.phase}: no gradient passes the output of `{branch}`" in claims_of(method)
            assert not any(
                path.split(":")[0] == branch
                for flow in certificate.flows
                for path in flow.paths
                if flow.phase == move.phase
            )
    announced = [claim for claim in claims_of(method) if " alone, which reaches nothing else" in claim]
    assert {claim.split(": ")[1].split(",")[0].replace("`", "") for claim in announced} == set(certificate.alone)
    assert {f.branch for f in followers_of(method) if f.kind != "copy"} == {
        re.split(" follows | never moves", line)[0] for line in certificate.followers
    }


def _encoder(name: str) -> list[str]:
    """A small encoder where a method works with any and no head has the width of its features."""
    method = load(name, recipe="digits")
    fixed = isinstance(method.branches[0].encoder.backbone, Vit) or any(
        output in ("features", "map")
        for view in method.objectives
        for output in (view.anchor_output, view.target_output)
    )
    return [] if fixed else [f"encoder.backbone={small_backbone(name)}"]


def test_a_frozen_target_never_moves() -> None:
    whole = open_spec(find_source("byol"), recipe="default", overrides=["branches.target.update=frozen"])
    assert not isinstance(whole, tuple)
    spec = validate(whole)
    assert isinstance(spec, MethodSpec)
    (follower,) = followers_of(understand(spec, recipe_of(spec, "default")))
    assert (follower.kind, follower.text) == ("frozen", "never moves after its initial copy")
