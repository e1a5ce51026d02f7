"""Memories that hold the newest rows: a ring of them and the place that is written next."""

from collections.abc import Mapping

from ssmi_dsl.builders.protocol import Builder
from ssmi_dsl.terms.base import Inputs, V


def written(b: Builder[V], at: Inputs[V], rows: V, *, ring: str, pointer: str) -> Mapping[str, V]:
    """State `ring` [K D] with `rows` [N D] in the place of its oldest, and `pointer` [] behind them."""
    held, place = at.memory[ring], at.memory[pointer]
    return {ring: b.ring_write(held, place, rows), pointer: b.ring_advance(place, rows, held)}
