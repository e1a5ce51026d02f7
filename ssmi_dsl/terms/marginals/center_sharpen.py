"""Centring and sharpening of the target's scores."""

from collections.abc import Mapping
from typing import ClassVar

from pydantic import Field

from ssmi_dsl.builders.protocol import Builder
from ssmi_dsl.terms.base import Assignment, Facts, Initial, Inputs, Ramp, Shapes, V
from ssmi_dsl.terms.reading import CROSS_ENTROPY, Origin, Reading, Step


class CenterSharpen(Assignment):
    """The target's scores lose their running mean and are sharpened by a low temperature.

    Centring keeps one prototype from taking all samples, sharpening keeps the assignment from becoming uniform. The centre takes in the
    targets of a step after its loss, all views together.
    """

    name: ClassVar[str] = "center-sharpen"
    formula: ClassVar[str] = "q = softmax((b - c) / τ_t),  c <- m c + (1 - m) mean(b)"
    source: ClassVar[str] = "Caron et al. 2021 (DINO), eq. 4 and algorithm 1"
    facts: ClassVar[Facts] = Facts(prevents_collapse=True, exchange_symmetric=False, statistics="global")
    reading: ClassVar[Reading | None] = Reading(
        stands_for="M without a value or a gradient: the targets' running mean is subtracted and the rest is sharpened",
        steps=(
            CROSS_ENTROPY,
            Step(
                "the centre keeps one prototype from taking every target, the low temperature keeps targets "
                "from becoming uniform: each undoes the other's collapse",
                r"q = \operatorname{softmax}((b - c) / \tau_t)",
                Origin.CITED,
            ),
            Step(
                "no estimate of M: the mean assignment is not made uniform, its use is only evened out",
                r"\mathbb{E}\, q \ne \tfrac1K \mathbf{1} \text{ in general}",
                Origin.PROJECT,
            ),
        ),
        section="Assignments",
    )

    temperature: float = Field(default=0.04, gt=0, description="τ_t, the teacher's temperature after its warm-up")
    warmup_temperature: float = Field(default=0.04, gt=0, description="τ_t at the first step of its warm-up")
    warmup_epochs: float = Field(default=0.0, ge=0, description="epochs in which τ_t goes to `temperature`")
    centering: bool = Field(default=True, description="subtract the centre c of the teacher's outputs")
    momentum: float = Field(default=0.9, ge=0, lt=1, description="m of c <- m c + (1 - m) mean of the batch")

    def state(self, shapes: Shapes) -> Mapping[str, Initial]:
        return {"center": Initial((shapes.width,))} if self.centering else {}

    def schedules(self) -> Mapping[str, Ramp]:
        return {"teacher_temperature": Ramp(self.warmup_temperature, self.temperature, self.warmup_epochs)}

    def assign(self, b: Builder[V], at: Inputs[V]) -> V:
        scores = b.add_row(at.y, b.neg(at.memory["center"])) if self.centering else at.y
        return b.softmax(b.div(scores, at.memory["teacher_temperature"]))

    def renew(self, b: Builder[V], targets: tuple[V, ...], at: Inputs[V]) -> Mapping[str, V]:
        if not self.centering:
            return {}
        batch = b.column_mean(b.concat(targets))
        return {"center": b.add(b.scale(at.memory["center"], self.momentum), b.scale(batch, 1 - self.momentum))}
