"""Schedules: pure functions of the step, in float64."""

from math import cos, pi
from typing import Literal


def learning_rate(
    step: int, *, base: float, num_steps: int, warmup_steps: int, kind: Literal["cosine", "constant"]
) -> float:
    """Linear from base/warmup_steps to base during warm-up, then constant or down to zero along half a cosine."""
    if step < warmup_steps:
        return base * (step + 1) / warmup_steps
    if kind == "constant":
        return base
    progress = (step - warmup_steps) / max(1, num_steps - warmup_steps)
    return base * 0.5 * (1 + cos(pi * min(1.0, progress)))


def ema_momentum(
    step: int, *, base: float, final: float, num_steps: int, kind: Literal["constant", "cosine", "linear"]
) -> float:
    """m_k = final - (final - base) (cos(π k/K) + 1)/2 for `cosine` (Grill et al. 2020, section 3.2); linear and constant as named."""
    progress = min(1.0, step / max(1, num_steps))
    if kind == "cosine":
        return final - (final - base) * (cos(pi * progress) + 1) / 2
    return base + (final - base) * progress if kind == "linear" else base
