"""What an anchor predicts of another view: the places that its own mask hides."""

import pytest

from ssmi_compiler.compile import lower
from ssmi_compiler.errors import CompileError
from ssmi_compiler.ir.graph import Graph
from ssmi_dsl.load import load

FAST = ["recipes.digits.batch_size=4", "recipes.digits.method.encoder.backbone.vit.depth=1"]


def _masks_of_targets(graph: Graph) -> list[tuple[int, int]]:
    """(view whose tokens are taken, view whose mask says which) of each target."""
    found: list[tuple[int, int]] = []
    for op in graph.ops:
        if op.name == "take_tokens":
            tokens, mask = (graph.ops[operand] for operand in op.operands)
            image = graph.ops[tokens.operands[0]]
            found.append((int(image.number("index")), int(mask.number("view"))))
    return found


def test_a_target_of_another_view_is_read_where_the_anchor_is_masked() -> None:
    two_views = [*FAST, "views.count=2", "objective.views=other"]
    graph = lower(load("i-jepa", recipe="digits", overrides=two_views)).stages[0][1]
    assert sorted(_masks_of_targets(graph)) == [(0, 1), (1, 0)]


def test_a_target_of_the_same_view_is_read_where_that_view_is_masked() -> None:
    graph = lower(load("ibot", recipe="digits", overrides=FAST)).stages[0][1]
    masks = _masks_of_targets(graph)
    assert masks
    assert all(view == mask for view, mask in masks)


def test_blocks_that_leave_no_context_are_refused() -> None:
    method = load("i-jepa", recipe="digits", overrides=[*FAST, "views.mask.block.scale=0.3"])
    with pytest.raises(
        CompileError, match=r"does not fit view 0: 4 blocks of 2 x 2 patches .* lower `scale` or `count`"
    ):
        lower(method)
