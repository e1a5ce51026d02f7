"""The covariance contrast of TiCo."""

from collections.abc import Mapping
from typing import ClassVar

from pydantic import Field

from ssmi_dsl.builders.protocol import Builder
from ssmi_dsl.terms.base import Critic, Facts, Initial, Inputs, Shapes, Surrogate, TermPair, V
from ssmi_dsl.terms.reading import Origin, Reading, Step


class CovarianceContrast(Surrogate):
    """Anchors avoid the directions that a running second moment of past anchors finds crowded.

    The second moment takes in the batch before the loss is taken, and is a constant of it.
    """

    name: ClassVar[str] = "covariance-contrast"
    formula: ClassVar[str] = "ρ mean âᵢᵀ C âᵢ,  C <- β C + (1 - β) mean âᵢâᵢᵀ"
    source: ClassVar[str] = "Zhu et al. 2022 (TiCo), eq. 5 and algorithm 1"
    facts: ClassVar[Facts] = Facts(
        prevents_collapse=True, exchange_symmetric=False, needs_unit_norm=True, statistics="global"
    )
    reading: ClassVar[Reading | None] = Reading(
        stands_for="M to second order, with a running second moment of anchors in the place of the target's",
        steps=(
            Step(
                "with T = ⟨a, b⟩: E_q T² = tr(S_A S_B), S the second moments",
                r"\mathbb{E}_q \langle a, b\rangle^2 = \operatorname{tr}(S_A S_B)",
                Origin.PROJECT,
            ),
            Step(
                "mean âᵀC â = tr(S_A C): C is a moving average of S_A and a constant of the gradient; ρ is the "
                "paper's own weight",
                r"\operatorname{mean} \hat a^{\top} C \hat a = \operatorname{tr}(S_A C)",
                Origin.PROJECT,
            ),
        ),
        section="Second-order surrogates",
    )

    weight: float = Field(default=8.0, ge=0, description="ρ, the weight of the contrast")
    momentum: float = Field(default=0.9, ge=0, lt=1, description="β of the running second moment")

    def state(self, shapes: Shapes) -> Mapping[str, Initial]:
        return {"second_moment": Initial((shapes.width, shapes.width))}

    def emit(self, b: Builder[V], critic: Critic, at: Inputs[V]) -> TermPair[V]:
        anchor = b.normalize(at.x)
        batch = b.scale(b.cross_moment(anchor, anchor), 1 - self.momentum)
        second_moment = b.stop_gradient(b.add(b.scale(at.memory["second_moment"], self.momentum), batch))
        joint = b.neg(b.mean(critic.pair(b, at.x, at.y, at.memory)))
        crowding = b.mean(b.row_dot(b.matmul(anchor, second_moment), anchor))
        return TermPair(joint, b.scale(crowding, self.weight), {"second_moment": second_moment})
