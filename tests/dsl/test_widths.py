"""The widths that a spec says are those of the tensors that the step has."""

import pytest

from ssmi_compiler.api import embedded_data
from ssmi_compiler.compile import lower
from ssmi_compiler.errors import CompileError
from ssmi_compiler.ir.sizes import output_size
from ssmi_dsl.bundled import bundled_names
from ssmi_dsl.check import check
from ssmi_dsl.load import load
from ssmi_dsl.spec.method import BranchView, OutputName
from ssmi_dsl.spec.widths import width_at


@pytest.mark.parametrize("name", bundled_names())
def test_what_is_known_without_a_network_is_what_the_network_gives(name: str) -> None:
    method = load(name, recipe="digits")
    for view in method.objectives:
        ends: list[tuple[BranchView, OutputName]] = [
            (view.anchor, view.anchor_output),
            (view.target, view.target_output),
        ]
        for branch, output in ends:
            known = width_at(branch, output, None)
            assert known is None or known == output_size(branch, output, {branch.owner: -1})


RAW = '{"on": {a: nodes, b: raw}, views: same, bound: jsd, critic: dot, positive: neighbours, marginal: permutation}'


@pytest.mark.parametrize(
    ("name", "override"),
    [
        ("byol", "recipes.digits.method.branches.online.predictor={mlp: [32, 24]}"),
        ("data2vec", "recipes.digits.method.branches.student.predictor={linear: 24}"),
        ("gmi-mean", f"objective=[{RAW}]"),
    ],
)
def test_lint_and_compiler_refuse_the_same(name: str, override: str) -> None:
    assert "DV019" in {item.code for item in check(name, recipe="digits", overrides=[override])}
    with pytest.raises(CompileError, match="compares embeddings of one width"):
        lower(load(name, recipe="digits", overrides=[override]), data=embedded_data(name))


def test_a_transformer_ends_in_the_width_of_its_encoder() -> None:
    branch = load("i-jepa").branch("context")
    assert width_at(branch, "output", 64) == width_at(branch, "hidden", 64) == 64
    whole = check("i-jepa", recipe="digits", overrides=["objective.on={a: context.output, b: target.features}"])
    assert "DV019" not in {item.code for item in whole}
