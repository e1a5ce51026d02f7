"""Anchor and partner are summaries of their nearest past targets, made by self-attention."""

from collections.abc import Mapping
from math import sqrt
from typing import ClassVar

from pydantic import Field

from ssmi_dsl.builders.protocol import Builder
from ssmi_dsl.terms.base import Initial, Inputs, Positive, Shapes, V
from ssmi_dsl.terms.reading import Origin, Reading, Step
from ssmi_dsl.terms.rings import written

# tensors of one layer, in the order in which `transformer_layer` takes them
WEIGHTS = ("qkv", "qkv_bias", "out", "out_bias", "scale1", "shift1", "expand", "expand_bias", "contract", "contract_bias", "scale2", "shift2")  # fmt: skip


class AttendedNeighbours(Positive):
    """b_i is replaced by what a transformer makes of its k nearest past targets, a_i by what it makes of a_i and the k - 1 nearest of the
    anchor's own view's target.

    A sequence has k places, whose position code is added, and its summary is the first place of the output. The transformer learns from both
    sides; the stored targets are constants of norm 1. Positions are coded as in the authors' code: the sine or cosine runs along the features, with
    one frequency for two places. Its dropout of 0.1 inside the transformer is left out.
    """

    name: ClassVar[str] = "attended-neighbours"
    formula: ClassVar[str] = (
        "a_i ← f(a_i, s_1(b'_i) … s_{k-1}(b'_i)),  b_i ← f(s_1(b_i) … s_k(b_i)),  s_1 … s_k nearest in Q"
    )
    source: ClassVar[str] = "Estepa et al. 2023 (All4One), section 3, as in its authors' code in solo-learn"
    reading: ClassVar[Reading | None] = Reading(
        stands_for="the pair of J: summaries of what lies near a and near b",
        steps=(
            Step(
                "I(f(A, s(B')); f(s(B))) ≤ I((A, B'); B) for a fixed support set, B' the target of the anchor's own view: what the neighbours "
                "of B' tell about B counts as well, so the bound is not one of I(A;B) alone",
                r"I(f(A, s(B')); f(s(B))) \le I((A, B'); B)",
                Origin.PROJECT,
            ),
        ),
        section="Bounds and divergences",
    )
    needs_own: ClassVar[bool] = True

    size: int = Field(default=98304, ge=1, description="|Q|, the number of stored targets; a multiple of the batch")
    neighbours: int = Field(default=5, ge=2, le=64, description="k, places of a sequence")
    layers: int = Field(default=3, ge=1, le=12, description="layers of the transformer")
    heads: int = Field(default=8, ge=1, le=64, description="attention heads; they divide the width of the embedding")
    ratio: float = Field(default=2.0, gt=0, le=16, description="hidden width of a layer / width of the embedding")

    def state(self, shapes: Shapes) -> Mapping[str, Initial]:
        return {"support": Initial((self.size, shapes.width), "unit-rows"), "support_pointer": Initial(())}

    def learned(self, shapes: Shapes) -> Mapping[str, Initial]:
        """As PyTorch starts `TransformerEncoderLayer`."""
        width, hidden = shapes.width, max(round(self.ratio * shapes.width), 1)
        layer = {
            "qkv": Initial((3 * width, width), "uniform", sqrt(6 / (4 * width))),
            "qkv_bias": Initial((3 * width,)),
            "out": Initial((width, width), "uniform", 1 / sqrt(width)),
            "out_bias": Initial((width,)),
            "scale1": Initial((width,), "ones"),
            "shift1": Initial((width,)),
            "expand": Initial((hidden, width), "uniform", 1 / sqrt(width)),
            "expand_bias": Initial((hidden,), "uniform", 1 / sqrt(width)),
            "contract": Initial((width, hidden), "uniform", 1 / sqrt(hidden)),
            "contract_bias": Initial((width,), "uniform", 1 / sqrt(hidden)),
            "scale2": Initial((width,), "ones"),
            "shift2": Initial((width,)),
        }
        return {f"layer{index}_{name}": layer[name] for index in range(self.layers) for name in WEIGHTS}

    def anchor(self, b: Builder[V], at: Inputs[V]) -> V:
        assert at.own is not None, "the anchor meets the neighbours of its own view's target"
        nearest = self._nearest(b, at.own, at, count=self.neighbours - 1)
        return self._summary(b, b.prepend_rows(at.x, nearest, group=self.neighbours - 1), at)

    def partner(self, b: Builder[V], at: Inputs[V]) -> V:
        return self._summary(b, self._nearest(b, at.y, at, count=self.neighbours), at)

    def renew(self, b: Builder[V], targets: tuple[V, ...], at: Inputs[V]) -> Mapping[str, V]:
        return written(b, at, b.normalize(targets[0]), ring="support", pointer="support_pointer")

    def _nearest(self, b: Builder[V], y: V, at: Inputs[V], *, count: int) -> V:
        """y [N D] -> [N*count D], the stored rows nearest to each row of y, nearest first."""
        support = at.memory["support"]
        return b.take_rows(support, b.row_top(b.matmul_t(b.normalize(y), support), count=count))

    def _summary(self, b: Builder[V], rows: V, at: Inputs[V]) -> V:
        """rows [N*k D] -> [N D], the first place of what the transformer gives."""
        z = b.add_positions(rows, group=self.neighbours)
        for index in range(self.layers):
            weights = tuple(at.memory[f"layer{index}_{name}"] for name in WEIGHTS)
            z = b.transformer_layer(z, *weights, group=self.neighbours, heads=self.heads)
        return b.group_first(z, group=self.neighbours)
